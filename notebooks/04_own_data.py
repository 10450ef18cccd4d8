"""Own data: what was recognised in it, and its first events."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Terreng: own data", css_file="look.css", html_head_file="offline.html")


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import desk, html, own_data, words

    desk.speak()
    return desk, html, mo, own_data, words


@app.cell
def _(desk, html, mo, words):
    root = desk.workspace().resolve()
    mo.Html(html.style() + html.title(words.word("own_data"), words.word("about_own_data")))
    return (root,)


@app.cell
def _(html, mo):
    mo.sidebar([mo.Html(html.links("own_data"))], width="15rem")
    return


@app.cell
def _(mo, words):
    named = mo.ui.text_area(value="exports", label=words.word("files"), rows=3, full_width=True).form(
        submit_button_label=words.word("look")
    )
    named
    return (named,)


@app.cell
def _(mo, named, own_data, root):
    looked = own_data.look_at(named.value or "", root)
    mo.Html(own_data.recognised(looked))
    return (looked,)


@app.cell
def _(looked, mo, own_data, words):
    mo.stop(looked.proposal is None)
    sources = mo.ui.code_editor(
        value=own_data.proposed(looked), language="toml", min_height=240, max_height=520, label=words.word("sources")
    ).form(submit_button_label=words.word("try_out"))
    sources
    return (sources,)


@app.cell
def _(looked, mo, own_data, root, sources, words):
    mo.stop(sources.value is None)
    with mo.status.spinner(words.word("taking_in")):
        tried = own_data.try_out(sources.value, looked, root)
    mo.Html(own_data.told(tried))
    return (tried,)


@app.cell
def _(mo, tried):
    mo.stop(tried.events is None)
    mo.vstack(
        [
            mo.ui.table(
                frame,
                selection=None,
                page_size=15,
                show_download=False,
                show_column_summaries=False,
                show_data_types=False,
            )
            for frame in (tried.rows, tried.events, tried.reasons)
            if frame is not None and not frame.is_empty()
        ]
    )
    return


if __name__ == "__main__":
    app.run()
