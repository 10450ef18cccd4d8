"""A read-only app: any part of the journeys on their map, down to single ones."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Terreng: explore", css_file="look.css", html_head_file="offline.html")


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import choices, desk, html, part, shown, words

    return choices, desk, html, mo, part, shown, words


@app.cell
def _(desk, html, mo):
    opened = desk.opened()
    mo.stop(opened.desk is None, mo.Html(html.style() + html.trouble(opened.trouble)))
    here = opened.desk
    mo.Html(html.style())
    return (here,)


@app.cell
def _(choices, here, mo, words):
    maps = choices.map_choices(here)
    journey = mo.ui.dropdown(maps, value=next(iter(maps)), label=words.word("map"), full_width=True)
    return (journey,)


@app.cell
def _(choices, here, journey, mo, words):
    months = choices.month_choices(here, journey.value)
    touchpoints = choices.touchpoint_choices(here, journey.value)
    segments = mo.ui.dictionary(
        {
            name: mo.ui.dropdown(values, value=next(iter(values)), label=name, full_width=True)
            for name, values in choices.segment_choices(here, journey.value).items()
        }
    )
    first = mo.ui.dropdown(months, value=next(iter(months)), label=words.word("from"), full_width=True)
    last = mo.ui.dropdown(months, value=next(iter(months)), label=words.word("until"), full_width=True)
    through = mo.ui.dropdown(touchpoints, value=next(iter(touchpoints)), label=words.word("through"), full_width=True)
    return first, last, segments, through


@app.cell
def _(first, here, html, journey, last, mo, segments, shown, through, words):
    mo.sidebar(
        [
            mo.Html(shown.header(here)),
            journey,
            mo.Html(html.heading(words.word("who"))),
            *segments.elements.values(),
            first,
            last,
            through,
        ],
        footer=mo.Html(html.links("explore")),
        width="19rem",
    )
    return


@app.cell
def _(choices, first, here, html, journey, last, mo, part, segments, through):
    focus = choices.focus_of(journey.value, segments.value, first.value, last.value, through.value)
    seen = part.part(here, focus)
    mo.stop(seen.view is None, mo.Html(html.trouble(seen.trouble)))
    return focus, seen


@app.cell
def _(here, mo, seen, shown):
    mo.Html(shown.lead(here, seen))
    return


@app.cell
def _(here, mo, seen, shown, words):
    figures = shown.metro_figures(here, seen)
    mode = mo.ui.radio(list(figures), value=next(iter(figures), None), label=words.word("mode"), inline=True)
    mode if len(figures) > 1 else None
    return figures, mode


@app.cell
def _(figures, mo, mode, shown):
    mo.Html(shown.picture(figures[mode.value]) if mode.value in figures else "")
    return


@app.cell
def _(mo, shown, words):
    tabs = mo.ui.tabs(dict.fromkeys(shown.section_choices(), ""))
    tabs
    return (tabs,)


@app.cell
def _(here, mo, seen, shown, tabs):
    mo.Html(shown.section(here, seen, shown.section_choices()[tabs.value]))
    return


if __name__ == "__main__":
    app.run()
