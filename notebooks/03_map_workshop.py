"""A map in the making: what lint, the map in force and old traffic say of it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Terreng: map workshop", css_file="look.css", html_head_file="offline.html")


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import desk, html, shown, words, workshop

    desk.speak()
    return desk, html, mo, shown, words, workshop


@app.cell
def _(desk, html, mo):
    opened = desk.opened()
    mo.stop(opened.desk is None, mo.Html(html.style() + html.trouble(opened.trouble)))
    here = opened.desk
    mo.Html(html.style())
    return (here,)


@app.cell
def _(here, html, mo, words, workshop):
    files = workshop.map_files(here)
    file = mo.ui.dropdown(list(files), value=next(iter(files), None), label=words.word("file"), full_width=True)
    mo.Html(html.title(words.word("workshop"), words.word("about_workshop")))
    return file, files


@app.cell
def _(file, here, html, mo, shown, words):
    mo.sidebar(
        [mo.Html(shown.header(here)), file, mo.Html(html.note(words.word("workshop_note")))],
        footer=mo.Html(html.links("workshop")),
        width="19rem",
    )
    return


@app.cell
def _(file, files, mo, words):
    text = mo.ui.code_editor(
        value=files.get(file.value, ""), language="yaml", min_height=420, max_height=620, debounce=600
    )
    text
    return (text,)


@app.cell
def _(file, here, text, workshop):
    draft = workshop.drafted(here, text.value, file.value or "map.yaml")
    return (draft,)


@app.cell
def _(draft, html, mo, words, workshop):
    mo.hstack(
        [
            mo.Html(html.section(words.word("lint"), workshop.linted(draft))),
            mo.Html(html.section(words.word("difference"), workshop.differs(draft))),
        ],
        widths="equal",
        align="start",
        gap=2,
    )
    return


@app.cell
def _(draft, mo, workshop):
    mo.Html(workshop.designed(draft))
    return


@app.cell
def _(draft, file, mo, text, words):
    judge = mo.ui.run_button(label=words.word("judge"), disabled=draft.plan is None)
    mo.hstack(
        [
            judge,
            mo.download(
                text.value.encode(), filename=file.value or "map.yaml", mimetype="text/yaml", label=words.word("take")
            ),
        ],
        justify="start",
    )
    return (judge,)


@app.cell
def _(draft, here, judge, mo, words, workshop):
    mo.stop(not judge.value)
    with mo.status.spinner(words.word("judging")):
        judged = workshop.backtested(here, draft)
    mo.Html(judged)
    return


if __name__ == "__main__":
    app.run()
