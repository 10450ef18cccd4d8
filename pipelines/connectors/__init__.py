"""Connectors: one file for each system, which column is what. `README.md` tells how to add one."""

from pipelines.connectors.connector import Connector
from pipelines.connectors.reading import connector_names, load_connector
from pipelines.connectors.source_tables import tables_of

__all__ = ["Connector", "connector_names", "load_connector", "tables_of"]
