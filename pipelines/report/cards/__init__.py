"""Cards of deviations: real, pseudonymous journeys, each as the planned line above and the actual line below."""

from pipelines.report.cards.fragment import cards_css, single
from pipelines.report.cards.lines import two_lines
from pipelines.report.cards.picture import standalone_svg

__all__ = ["cards_css", "single", "standalone_svg", "two_lines"]
