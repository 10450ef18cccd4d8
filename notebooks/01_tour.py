"""The example, explained."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Terreng", html_head_file="offline.html")


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import desk, html

    return desk, html, mo


@app.cell
def _(desk, html, mo):
    opened = desk.opened()
    mo.stop(opened.desk is None, mo.Html(html.trouble(opened.trouble) if opened.trouble else ""))
    here = opened.desk
    mo.Html(html.style())
    return (here,)


@app.cell
def _(here, mo):
    journey = mo.ui.dropdown({plan.title: plan.journey for plan in here.maps}, value=here.maps[0].title, label="Map")
    journey
    return (journey,)


@app.cell
def _(here, html, journey, mo):
    from pipelines.report.metro.map import metro_map

    mo.Html(html.figure(metro_map(here.view(journey.value), "metro")))
    return


if __name__ == "__main__":
    app.run()
