"""Cards of deviations: real, pseudonymous journeys, each as the planned line above and the actual line below."""

from pipelines.report.cards.fragment import card_html, cards_css
from pipelines.report.cards.lines import two_lines
from pipelines.report.cards.picture import standalone_svg

__all__ = ["card_html", "cards_css", "standalone_svg", "two_lines"]
