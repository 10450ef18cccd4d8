"""The example, explained."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(
    width="medium", app_title="Terreng: the example, explained", css_file="look.css", html_head_file="offline.html"
)


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import desk, html, tour

    desk.speak()
    return desk, html, mo, tour


@app.cell
def _(desk, html, mo):
    opened = desk.opened()
    mo.stop(opened.desk is None, mo.Html(html.style() + html.trouble(opened.trouble)))
    here = opened.desk
    mo.Html(html.style())
    return (here,)


@app.cell
def _(html, mo):
    mo.sidebar([mo.Html(html.links("tour"))], width="15rem")
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.welcome(here))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "designed"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "travelled"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "counted"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "ends"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "promises"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "costs"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.stop(here, "singles"))
    return


@app.cell
def _(here, mo, tour):
    mo.Html(tour.next_steps(here))
    return


if __name__ == "__main__":
    app.run()
