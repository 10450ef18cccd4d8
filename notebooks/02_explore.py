"""A read-only app: any part of the journeys on their map, down to single ones."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Terreng: explore", css_file="look.css", html_head_file="offline.html")


@app.cell
def _():
    import marimo as mo

    from pipelines.explore import (
        asking,
        charts,
        choices,
        closer,
        costs,
        desk,
        heat,
        html,
        lists,
        part,
        process,
        shown,
        singles,
        words,
    )

    desk.speak()
    return asking, charts, choices, closer, costs, desk, heat, html, lists, mo, part, process, shown, singles, words


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
def _(mo, words):
    tabs = mo.ui.tabs(dict.fromkeys(words.tabs(), ""))
    tabs
    return (tabs,)


@app.cell
def _(tabs, words):
    tab = words.tabs()[tabs.value]
    return (tab,)


@app.cell
def _(here, mo, seen, shown, tab, words):
    mo.stop(tab != "map")
    figures = shown.metro_figures(here, seen)
    mode = mo.ui.radio(list(figures), value=next(iter(figures), None), label=words.word("mode"), inline=True)
    mode if len(figures) > 1 else None
    return figures, mode


@app.cell
def _(figures, mo, mode, shown):
    mo.Html(shown.picture(figures[mode.value]) if mode.value in figures else "")
    return


@app.cell
def _(here, mo, seen, shown, tab):
    mo.stop(tab not in shown.SECTIONS)
    mo.Html(shown.section(here, seen, tab))
    return


@app.cell
def _(focus, html, mo, tab, words):
    mo.stop(tab != "costs")
    judge = mo.ui.run_button(label=words.word("cost"))
    None if focus.is_whole else mo.vstack([mo.Html(html.note(words.word("about_cost"))), judge])
    return (judge,)


@app.cell
def _(costs, focus, here, html, judge, mo, words):
    mo.stop(not focus.is_whole and not judge.value)
    with mo.status.spinner(words.word("costing")):
        priced = costs.judged(here, focus)
    mo.Html(html.trouble(priced.trouble) + costs.costs(here, priced))
    return


@app.cell
def _(mo, tab, words):
    mo.stop(tab != "process")
    steps = mo.ui.slider(5, 100, 5, value=90, label=words.word("steps"), show_value=True, full_width=True)
    ways = mo.ui.slider(5, 100, 5, value=65, label=words.word("ways"), show_value=True, full_width=True)
    mo.hstack([steps, ways], widths="equal", gap=2)
    return steps, ways


@app.cell
def _(mo, process, seen, steps, ways):
    mo.Html(process.process(seen, steps.value / 100, ways.value / 100))
    return


@app.cell
def _(charts, costs, heat, here, mo, seen, tab, words):
    mo.stop(tab != "charts")
    plots = charts.chart_choices(here, seen) | heat.grid_choices(seen.view)
    chart = mo.ui.dropdown(list(plots), value=next(iter(plots), None), label=words.word("chart"))
    mo.vstack([chart, mo.Html(costs.untold(seen))])
    return chart, plots


@app.cell
def _(chart, charts, heat, mo, plots):
    mo.stop(chart.value not in plots)
    chosen = plots[chart.value]
    drawn = heat.heat_plot(chosen) if isinstance(chosen, heat.Grid) else charts.plot(chosen)
    mo.ui.plotly(drawn, config={"displaylogo": False})
    return


@app.cell
def _(choices, here, journey, mo, tab, words):
    mo.stop(tab != "touchpoint")
    places = choices.touchpoint_choices(here, journey.value)
    place = mo.ui.dropdown(places, value=next(iter(places)), label=words.word("touchpoint"))
    place
    return (place,)


@app.cell
def _(closer, here, mo, place, seen):
    mo.Html(closer.closer(here, seen, place.value))
    return


@app.cell
def _(mo, seen, singles, tab, words):
    mo.stop(tab != "journeys")
    departures = singles.departure_choices(seen)
    departure = mo.ui.dropdown(departures, value=next(iter(departures)), label=words.word("departure"))
    departure
    return (departure,)


@app.cell
def _(departure, focus, here, mo, singles):
    listed = mo.ui.table(
        singles.journeys(here, focus, departure.value),
        selection="single",
        page_size=10,
        show_download=False,
        show_column_summaries=False,
        show_data_types=False,
    )
    listed
    return (listed,)


@app.cell
def _(here, listed, mo, singles):
    mo.Html(singles.card(here, singles.chosen(listed.value)))
    return


@app.cell
def _(asking, mo, tab, words):
    mo.stop(tab != "sql")
    question = mo.ui.code_editor(value=asking.FIRST, language="sql", min_height=140).form(
        submit_button_label=words.word("ask")
    )
    mo.vstack([question, mo.accordion({words.word("tables"): mo.Html(asking.about_tables())})])
    return (question,)


@app.cell
def _(asking, here, mo, question):
    answer = asking.ask(here, question.value or "")
    mo.Html(asking.told(answer))
    return (answer,)


@app.cell
def _(answer, asking, mo, words):
    mo.stop(answer.frame is None)
    mo.vstack(
        [
            mo.ui.table(answer.frame, selection=None, page_size=20, show_download=False, show_column_summaries=False),
            mo.download(
                asking.as_csv(answer.frame), filename="answer.csv", mimetype="text/csv", label=words.word("download")
            ),
        ]
    )
    return


@app.cell
def _(focus, here, html, lists, mo, tab, words):
    mo.stop(tab != "list")
    kinds = lists.id_type_choices(here, focus)
    mo.stop(not kinds, mo.Html(html.note(words.word("no_ids"))))
    wanted = (
        mo.md("{id_type}{name}{own_file}{column}")
        .batch(
            id_type=mo.ui.dropdown(kinds, value=next(iter(kinds)), label=words.word("id_type"), full_width=True),
            name=mo.ui.text(label=words.word("list_name"), placeholder="oslo_waiting", full_width=True),
            own_file=mo.ui.text(label=words.word("own_file"), placeholder="crm/contacts.csv", full_width=True),
            column=mo.ui.text(label=words.word("column"), placeholder="ContactId", full_width=True),
        )
        .form(submit_button_label=words.word("keep"))
    )
    mo.vstack([mo.Html(html.note(words.word("about_lists"))), wanted])
    return (wanted,)


@app.cell
def _(focus, here, lists, mo, wanted):
    mo.stop(wanted.value is None)
    mo.Html(lists.told(lists.save(here, focus, **wanted.value)))
    return


if __name__ == "__main__":
    app.run()
