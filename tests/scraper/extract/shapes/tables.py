"""Tables: ASP.NET grids, layout tables of the 2000s, two columns of date and document."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from .stock import HOST, MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

OLD_MENU = "".join(
    f'<tr><td bgcolor="#003366"><a href="{a}"><font face="Verdana" size="1" color="white">&nbsp;{t}</font></a></td></tr>'
    for a, t in MENU
)


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/NewsDetail.aspx?id={902 - k}"), url=HOST + "/News.aspx")
def asp_net_gridview(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr style="color:#333;background-color:{"#F7F6F3" if k % 2 else "White"};"><td align="center">{k + 1}</td><td><a id="ctl00_MainContent_GridView1_ctl{k + 2:02}_HyperLink1" href="NewsDetail.aspx?id={902 - k}">{s.title}</a></td><td style="width:90px;">{s.day:%d/%m/%Y}</td></tr>'
        ),
    )
    return document(
        f'<form name="aspnetForm" method="post" action="./News.aspx" id="aspnetForm"><div><input type="hidden" name="__VIEWSTATE" value="/wEPDw"/></div><div id="menu"><ul>{links(MENU)}</ul></div><div><table cellspacing="0" cellpadding="4" id="ctl00_MainContent_GridView1"><tr><th scope="col">No.</th><th scope="col">Subject</th><th scope="col">Date</th></tr>{rows}<tr><td colspan="3"><table border="0"><tr><td><span>1</span></td><td><a href="javascript:__doPostBack(\'GridView1\',\'Page$2\')">2</a></td></tr></table></td></tr></table></div></form>'
    )


@shape()
def asp_net_repeater_labels(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<div class="NewsItem"><span id="ctl00_Repeater1_ctl{k:02}_lblDate" class="NewsDate">{s.day:%A}, {long_day(s.day)}</span><br /><a id="ctl00_Repeater1_ctl{k:02}_lnkTitle" class="NewsTitle" href="{s.path}">{s.title}</a><br /><span id="ctl00_Repeater1_ctl{k:02}_lblText">{s.teaser}</span><br /><br /></div>'
        ),
    )
    return document(
        f'<form id="form1"><div id="nav"><ul>{links(MENU)}</ul></div><div id="content"><h2>News Archive</h2>{rows}</div></form>'
    )


@shape()
def nested_layout_tables(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f"""<table width="100%" border="0" cellspacing="0" cellpadding="2"><tr><td width="12" valign="top"><img src="/img/bullet.gif" width="7" height="7"></td><td><font face="Verdana, Arial" size="1" color="#666666">{s.day.day}&nbsp;{MONTHS[s.day.month - 1]}&nbsp;{s.day.year}</font></td></tr>
<tr><td>&nbsp;</td><td><a href="{s.path}"><font face="Verdana, Arial" size="2"><b>{s.title}</b></font></a></td></tr><tr><td>&nbsp;</td><td><font face="Verdana, Arial" size="2">{s.teaser}</font></td></tr><tr><td colspan="2"><img src="/img/spacer.gif" width="1" height="8"></td></tr></table>"""
        ),
    )
    return document(
        f'<table width="760" align="center" cellspacing="0"><tr><td colspan="3"><img src="/img/top.gif" alt="Saltmere Water"></td></tr><tr><td width="140" valign="top"><table width="100%">{OLD_MENU}</table></td><td width="480" valign="top"><p><font size="3"><b>News</b></font></p>{rows}</td><td width="140" valign="top"><font size="1">Tell us what you think of our water.<br><a href="/poll">Poll</a></font></td></tr><tr><td colspan="3"><font size="1">&copy; 2009 Saltmere Water</font></td></tr></table>'
    )


@shape(summed=False)
def font_rows_with_nbsp(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td nowrap><font size="-1">&nbsp;{s.day:%m/%d/%Y}&nbsp;</font></td><td><font size="-1">&nbsp;<a href="{s.path}">{s.title}</a>&nbsp;<img src="/new.gif"></font></td></tr>'
        ),
    )
    return document(
        f'<center><table border=0 width=600><tr><td><a href="/"><img src="logo.gif"></a></td></tr></table><table border=0 width=600><tr><td valign=top><table>{OLD_MENU}</table></td><td><table border=0 cellpadding=2><tr><td colspan=2><b>What\'s new</b></td></tr>{rows}</table></td></tr></table></center>'
    )


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/docs/circulars/C-{118 - k:03}.pdf"))
def circulars_with_number_and_pdf(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr><td>{k + 1}.</td><td>C-{118 - k:03}/2026</td><td>{s.day:%d-%m-%Y}</td><td>{s.title}</td><td><a href="{s.path}" target="_blank"><img src="/pdf.png" alt="PDF"> Download</a> (214 KB)</td></tr>'
        ),
    )
    return document(
        f'<div id="top"><ul>{links(MENU)}</ul></div><h2>Circulars</h2><table class="table table-bordered"><thead><tr><th>S.No.</th><th>Circular No.</th><th>Date</th><th>Subject</th><th>Download</th></tr></thead><tbody>{rows}</tbody></table>'
    )


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/fileadmin/pm/pm_{2026_30 - k}.pdf"))
def date_and_document(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td>{s.day:%d.%m.%Y}</td><td><a class="download" href="{s.path}">{s.title}</a> (PDF, 120 KB)</td></tr>'
        ),
    )
    return document(
        f"<nav><ul>{links(MENU)}</ul></nav><main><h1>Press releases</h1><table><tbody>{rows}</tbody></table></main>"
    )


@shape(summed=False)
def data_table_with_weekday_and_category(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr class="{"odd" if k % 2 else "even"}"><td data-order="{s.iso}">{s.day:%a} {short_day(s.day)}</td><td><span class="label">{s.rubric}</span></td><td><a href="{s.path}">{s.title}</a></td></tr>'
        ),
    )
    return document(
        f'<ul>{links(MENU)}</ul><div class="dataTables_wrapper"><div class="dataTables_length"><label>Show <select><option>10</option></select> entries</label></div><table id="newsTable" class="dataTable"><thead><tr><th>Date</th><th>Category</th><th>Headline</th></tr></thead><tbody>{rows}</tbody></table><div class="dataTables_info">Showing 1 to 10 of 87 entries</div></div>'
    )


@shape()
def rows_of_title_and_text(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td class="h"><a href="{s.path}">{s.title}</a></td><td class="d">{short_day(s.day)}</td></tr><tr><td colspan="2" class="t">{s.teaser}</td></tr>'
        ),
    )
    return document(
        f'<ul>{links(MENU)}</ul><table class="news"><caption>News of the waterworks</caption>{rows}</table>'
    )


@shape(summed=False)
def table_with_year_rows(stories: Sequence[Story]) -> str:
    rows = ""
    for year, some in groupby(stories, key=lambda s: s.day.year):
        rows += f'<tr class="year"><td colspan="2"><b>{year}</b></td></tr>'
        rows += each(
            list(some),
            lambda s: (
                f'<tr><td>{MONTHS[s.day.month - 1]} {s.day.day}</td><td><a href="{s.path}">{s.title}</a></td></tr>'
            ),
        )
    return document(
        f'<ul>{links(MENU)}</ul><h1>Archive</h1><table width="90%">{rows}</table><p>&copy; Saltmere Water</p>'
    )


@shape(summed=False)
def bullets_in_one_cell(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<font color="#cc0000">&#149;</font>&nbsp;<a href="{s.path}">{s.title}</a> <i>({s.day:%d/%m/%Y})</i><br>'
        ),
    )
    return document(
        f"<table><tr><td valign=top><table>{OLD_MENU}</table></td><td><b>Latest announcements</b><br><br>{items}</td></tr></table>"
    )
