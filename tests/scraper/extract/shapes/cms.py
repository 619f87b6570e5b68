"""Content management systems: Drupal, Joomla, Bitrix, TYPO3, Plone, MODX, Umbraco, DNN, Concrete, Contao, phpBB, Discourse."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

DRUPAL_TOP = f'<a href="#main-content" class="visually-hidden focusable">Skip to main content</a><div class="dialog-off-canvas-main-canvas"><header role="banner"><div class="region region-header"><div class="site-branding"><a href="/" rel="home">Saltmere Water</a></div><nav role="navigation" aria-labelledby="block-main-menu" class="block-menu"><h2 class="visually-hidden" id="block-main-menu">Main navigation</h2><ul class="menu">{links(MENU, "<li class=menu-item><a href={0} data-drupal-link-system-path=x>{1}</a></li>")}</ul></nav></div></header><div class="region region-breadcrumb"><nav class="breadcrumb" role="navigation"><ol><li><a href="/">Home</a></li><li>News</li></ol></nav></div>'
DRUPAL_PAGER = '<nav class="pager" role="navigation" aria-labelledby="pagination-heading"><h4 class="visually-hidden">Pagination</h4><ul class="pager__items js-pager__items"><li class="pager__item is-active"><a href="?page=0" title="Current page"><span class="visually-hidden">Page</span>1</a></li><li class="pager__item"><a href="?page=1"><span class="visually-hidden">Page</span>2</a></li><li class="pager__item pager__item--next"><a href="?page=1" rel="next"><span class="visually-hidden">Next page</span><span aria-hidden="true">Next ›</span></a></li></ul></nav>'
DRUPAL_END = f'<footer role="contentinfo"><div class="region region-footer"><nav role="navigation"><ul class="menu">{links(MENU)}</ul></nav><span>Powered by <a href="https://www.drupal.org">Drupal</a></span></div></footer></div>'


@shape()
def drupal_views_unformatted(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f"""<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="{s.path}" hreflang="en">{s.title}</a></span></div><div class="views-field views-field-created"><span class="field-content"><time datetime="{s.iso}T10:00:00+00:00" class="datetime">{s.day:%a}, {s.day.month:02}/{s.day.day:02}/{s.day.year} - 10:00</time></span></div>
<div class="views-field views-field-body"><div class="field-content"><p>{s.teaser}</p></div></div><div class="views-field views-field-view-node"><span class="field-content"><a href="{s.path}" hreflang="en">view</a></span></div></div>"""
        ),
    )
    return document(
        f'{DRUPAL_TOP}<main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><h1 class="page-title">News</h1><div class="views-element-container"><div class="view view-news view-id-news view-display-id-page_1"><div class="view-filters"><form class="views-exposed-form"><label>Year</label><select><option>2026</option><option>2025</option></select><input type="submit" value="Apply"></form></div><div class="view-content">{rows}</div>{DRUPAL_PAGER}</div></div></div></main>{DRUPAL_END}'
    )


@shape()
def drupal_node_teasers(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f"""<div class="views-row"><article role="article" data-history-node-id="{k}" class="node node--type-article node--promoted node--view-mode-teaser"><header><h2 class="node__title"><a href="{s.path}" rel="bookmark"><span class="field field--name-title">{s.title}</span></a></h2><div class="node__meta"><article class="profile"></article><span>Submitted by <span class="field field--name-uid"><span class="username">webmaster</span></span> on <span class="field field--name-created">{s.day:%A}, {long_day(s.day)} - 14:2{k % 10}</span></span></div></header>
<div class="node__content"><div class="clearfix text-formatted field field--name-body field--type-text-with-summary"><p>{s.teaser}</p></div><ul class="links inline"><li class="node-readmore"><a href="{s.path}" rel="tag" title="{s.title}" hreflang="en">Read more<span class="visually-hidden"> about {s.title}</span></a></li></ul></div></article></div>"""
        ),
    )
    return document(
        f'{DRUPAL_TOP}<main role="main"><div class="view view-frontpage"><div class="view-content">{rows}</div>{DRUPAL_PAGER}</div></main>{DRUPAL_END}'
    )


@shape(summed=False)
def drupal_views_table(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td headers="view-created-table-column" class="views-field views-field-created is-active">{s.day.day:02}/{s.day.month:02}/{s.day.year}</td><td headers="view-title-table-column" class="views-field views-field-title"><a href="{s.path}" hreflang="en">{s.title}</a></td><td headers="view-field-type-table-column" class="views-field views-field-field-type">{s.rubric}</td></tr>'
        ),
    )
    return document(
        f'{DRUPAL_TOP}<main role="main"><h1>Announcements</h1><div class="view-content"><table class="views-table views-view-table cols-3"><thead><tr><th id="view-created-table-column" scope="col"><a href="?order=created&amp;sort=asc" title="sort by Date">Date</a></th><th id="view-title-table-column"><a href="?order=title&amp;sort=asc" title="sort by Title">Title</a></th><th id="view-field-type-table-column">Type</th></tr></thead><tbody>{rows}</tbody></table></div>{DRUPAL_PAGER}</main>{DRUPAL_END}'
    )


@shape(summed=False)
def drupal_views_grid(stories: Sequence[Story]) -> str:
    def cell(k: int, s: Story) -> str:
        return f'<div class="views-col col-{k % 2 + 1}" style="width: 50%;"><div class="views-field views-field-field-image"><div class="field-content"><a href="{s.path}"><img src="/sites/default/files/{k}.jpg" alt="Pipes" loading="lazy"></a></div></div><div class="views-field views-field-created"><span class="field-content">{s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</span></div><div class="views-field views-field-title"><span class="field-content"><a href="{s.path}">{s.title}</a></span></div></div>'

    rows = "".join(
        f'<div class="views-row clearfix row-{r + 1}">{cell(2 * r, stories[2 * r])}{cell(2 * r + 1, stories[2 * r + 1])}</div>'
        for r in range(len(stories) // 2)
    )
    return document(
        f'{DRUPAL_TOP}<main role="main"><h1>News</h1><div class="views-view-grid horizontal cols-2 clearfix">{rows}</div></main>{DRUPAL_END}'
    )


@shape()
def drupal7_views_list(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<li class="views-row views-row-{k + 1} views-row-{"odd" if k % 2 == 0 else "even"}{" views-row-first" if not k else ""}"><span class="views-field views-field-created"><span class="field-content">{short_day(s.day)}</span></span>  <div class="views-field views-field-title"><span class="field-content"><a href="{s.path}">{s.title}</a></span></div>  <div class="views-field views-field-field-teaser"><div class="field-content">{s.teaser}</div></div></li>'
        ),
    )
    return document(
        f'{DRUPAL_TOP}<div id="content" class="column"><h1 id="page-title">Newsroom</h1><div class="view view-newsroom"><div class="item-list"><ul>{rows}</ul></div><div class="item-list"><ul class="pager"><li class="pager-current first">1</li><li class="pager-item"><a title="Go to page 2" href="?page=1">2</a></li><li class="pager-next"><a href="?page=1">next ›</a></li></ul></div></div></div>{DRUPAL_END}'
    )


JOOMLA_TOP = f'<header><div class="custom"><a href="/">Saltmere Water</a></div><nav class="navigation"><ul class="nav menu nav-pills mod-list">{links(MENU)}</ul></nav></header>'


@shape()
def joomla_blog(stories: Sequence[Story]) -> str:
    def item(k: int, s: Story) -> str:
        return f"""<div class="item column-1" itemprop="blogPost" itemscope itemtype="https://schema.org/BlogPosting"><div class="page-header"><h2 itemprop="name"><a href="{s.path}" itemprop="url">{s.title}</a></h2></div>
<div class="icons"><div class="btn-group pull-right"><ul class="dropdown-menu"><li class="print-icon"><a href="{s.path}?tmpl=component&amp;print=1" title="Print article" rel="nofollow">Print</a></li><li class="email-icon"><a href="/component/mailto/?link={k}f3" title="Email" rel="nofollow">Email</a></li></ul></div></div>
<dl class="article-info muted"><dt class="article-info-term">Details</dt><dd class="createdby" itemprop="author" itemscope>Written by <span itemprop="name">Press office</span></dd><dd class="category-name">Category: <a href="/news" itemprop="genre">News</a></dd><dd class="published"><span class="icon-calendar"></span><time datetime="{s.iso}T08:00:00+00:00" itemprop="datePublished">Published: {s.day.day:02} {MONTHS[s.day.month - 1]} {s.day.year}</time></dd><dd class="hits"><span class="icon-eye-open"></span>Hits: {k * 31 + 17}</dd></dl>
<p>{s.teaser}</p><p class="readmore"><a class="btn" href="{s.path}" itemprop="url" aria-label="Read more: {s.title}"> Read more ...</a></p></div>"""

    lead = f'<div class="items-leading clearfix"><div class="leading-0" itemprop="blogPost" itemscope>{item(0, stories[0])}</div></div>'
    rows = "".join(
        f'<div class="items-row cols-1 row-{k} row-fluid clearfix"><div class="span12">{item(k, s)}</div></div>'
        for k, s in enumerate(stories[1:], 1)
    )
    return document(
        f'{JOOMLA_TOP}<main id="content" role="main"><div class="blog" itemscope itemtype="https://schema.org/Blog">{lead}{rows}<div class="items-more"><h3>More Articles ...</h3></div><div class="pagination"><p class="counter pull-right"> Page 1 of 9 </p><ul class="pagination-list"><li><a href="/news?start=10">2</a></li></ul></div></div></main><footer><p>&copy; 2026 Saltmere Water</p></footer>'
    )


@shape(summed=False)
def joomla_category_list(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr class="cat-list-row{k % 2}"><td headers="categorylist_header_title" class="list-title"><a href="{s.path}">\n{s.title}\t</a></td><td headers="categorylist_header_date" class="list-date small">{s.iso}</td><td headers="categorylist_header_author" class="list-author">Written by Press office</td><td headers="categorylist_header_hits" class="list-hits"><span class="badge badge-info">Hits: {99 + k}</span></td></tr>'
        ),
    )
    return document(
        f'{JOOMLA_TOP}<main><div class="category-list"><h1>Press releases</h1><form method="post"><fieldset class="filters"><input type="text" placeholder="Title Filter"><select><option>5</option><option>10</option></select></fieldset><table class="category table table-striped"><thead><tr><th id="categorylist_header_title"><a href="#" onclick="Joomla.tableOrdering()">Title</a></th><th>Published Date</th><th>Author</th><th>Hits</th></tr></thead><tbody>{rows}</tbody></table></form></div></main>'
    )


BITRIX = f'<div id="panel"></div><div class="wrap"><header class="header"><div class="logo"><a href="/"><img src="/bitrix/templates/main/images/logo.png" alt=""></a></div><div class="top-menu"><ul id="horizontal-multilevel-menu">{links(MENU, "<li><a href={0} class=root-item>{1}</a></li>")}</ul></div></header>'


@shape()
def bitrix_news_list(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<p class="news-item" id="bx_3218110189_{k}44"><a href="{s.path}/"><img class="preview_picture" border="0" src="/upload/iblock/{k}/a.jpg" width="120" height="90" alt="{s.title}" style="float:left" /></a><span class="news-date-time">{s.day:%d.%m.%Y}</span><a href="{s.path}/"><b>{s.title}</b></a><br />{s.teaser}<div style="clear:both"></div></p>'
        ),
    )
    pager = '<div class="bx-pagination"><div class="bx-pagination-container row"><ul><li class="bx-pag-prev"><span>Back</span></li><li class="bx-active"><span>1</span></li><li><a href="/news/?PAGEN_1=2"><span>2</span></a></li><li class="bx-pag-next"><a href="/news/?PAGEN_1=2"><span>Forward</span></a></li></ul></div></div>'
    return document(
        f'{BITRIX}<div class="content"><h1 id="pagetitle">News</h1><div class="news-list">{items}{pager}</div></div></div>'
    )


@shape()
def bitrix_card_list(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="b-news__item" id="bx_{k}"><div class="b-news__date">{s.day:%d.%m.%Y} 12:3{k % 10}</div><a href="{s.path}/" class="b-news__title">{s.title}</a><div class="b-news__text">{s.teaser}</div><a href="{s.path}/" class="b-news__more">Details</a></div>'
        ),
    )
    return document(
        f'{BITRIX}<div class="b-content"><div class="b-breadcrumbs"><a href="/">Home</a> / News</div><h1>News</h1><div class="b-filter"><a href="?y=2026" class="active">2026</a><a href="?y=2025">2025</a><a href="?y=2024">2024</a></div><div class="b-news">{items}</div></div></div>'
    )


@shape()
def typo3_news(stories: Sequence[Story]) -> str:
    def item(k: int, s: Story) -> str:
        return f"""<div class="article articletype-0" itemscope="itemscope" itemtype="http://schema.org/Article"><div class="header"><h3><a itemprop="url" title="{s.title}" href="{s.path}"><span itemprop="headline">{s.title}</span></a></h3></div>
<div class="news-img-wrap"><a title="{s.title}" href="{s.path}"><img src="/fileadmin/_processed_/{k}.jpg" alt="" width="200" height="130" /></a></div><div class="teaser-text"><div itemprop="description"><p>{s.teaser}</p></div><a class="more" title="{s.title}" href="{s.path}">Read more</a></div>
<div class="footer"><p><span class="news-list-date"><time itemprop="datePublished" datetime="{s.iso}">{s.day:%d.%m.%y}</time></span><span class="news-list-author">By Press office</span></p></div></div>"""

    pager = '<div class="page-navigation"><p>Page 1 of 8.</p><ul class="f3-widget-paginator"><li class="current">1</li><li><a href="/news/page-2">2</a></li><li class="next"><a href="/news/page-2">Next</a></li></ul></div>'
    return document(
        f'<div id="page"><header><ul id="mainmenu">{links(MENU)}</ul></header><div id="content"><!--TYPO3SEARCH_begin--><div id="c117" class="frame frame-default frame-type-list"><header><h2>News</h2></header><div class="news"><div class="news-list-view">{numbered(stories, item)}{pager}</div></div></div><!--TYPO3SEARCH_end--></div><footer><ul>{links(MENU)}</ul></footer></div>'
    )


@shape()
def plone_listing(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<article class="entry"><header><span class="summary" title="News Item"><a href="{s.url}" class="contenttype-news-item state-published url">{s.title}</a></span><div class="documentByLine"><span class="documentAuthor">by <a href="/author/press">Press office</a></span> — <span class="documentPublished"><span>published </span>{s.day:%b} {s.day.day:02}, {s.day.year}</span></div></header><p class="description discreet">{s.teaser}</p></article>'
        ),
    )
    return document(
        f'<header id="portal-top"><ul id="portal-globalnav">{links(MENU)}</ul></header><div id="portal-columns"><aside id="portal-column-one"><section class="portlet portletNavigationTree"><ul class="navTree">{links(MENU)}</ul></section></aside><article id="content"><header><h1 class="documentFirstHeading">News</h1></header><div id="content-core"><div class="entries">{items}</div><nav class="pagination"><ul><li class="next"><a href="{stories[0].url}?b_start:int=20">Next 20 items »</a></li></ul></nav></div></article></div>'
    )


@shape()
def umbraco_rows(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="row article-item"><div class="col-sm-3"><a href="{s.path}/"><img class="img-responsive" src="/media/{k}/x.jpg?width=260" alt=""/></a></div><div class="col-sm-9"><small class="blogpost-date">{s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</small><h4><a href="{s.path}/">{s.title}</a></h4><p>{s.teaser}</p></div></div><hr/>'
        ),
    )
    return document(
        f'<div class="header"><ul class="nav navbar-nav">{links(MENU)}</ul></div><section class="section"><div class="container"><h1>Latest news</h1>{items}<ul class="pagination"><li class="active"><a href="?page=1">1</a></li><li><a href="?page=2">2</a></li></ul></div></section>'
    )


@shape(
    stories=stories_of(
        path=lambda k, _: f"/News/ArtMID/412/ArticleID/{981 - k}/" + ("a", "b", "c")[k % 3] + "-word-and-more"
    )
)
def dnn_easydnnnews(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="edn_{k}_article_list_wrapper"><article class="edn_clearFix"><h2><a href="{s.url}" target="_self">{s.title}</a></h2><div class="edn_metaDetails"><time>{s.day:%A}, {long_day(s.day)}</time>/Author: <a href="/author/3">Press</a>/Number of views ({k * 13 + 87})/Comments (0)</div><div class="edn_articleSummary">{s.teaser}</div><div class="edn_bottomBar"><a class="edn_readMore" href="{s.url}"><span>Read more</span></a></div></article></div>'
        ),
    )
    return document(
        f'<form method="post" id="Form"><input type="hidden" name="__VIEWSTATE" value="x"><div id="dnn_nav"><ul>{links(MENU)}</ul></div><div id="dnn_ContentPane"><div class="DnnModule"><div class="eds_news_module_412">{items}</div><div class="article_pager"><a class="active" href="#">1</a><a href="/News/pgrid/412/pageid/2">2</a></div></div></div></form>'
    )


@shape()
def contao_newslist(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="layout_latest arc_1 block {"first" if not k else ""} {"even" if k % 2 == 0 else "odd"}" itemscope><p class="info"><time datetime="{s.iso}T07:00:00+01:00" itemprop="datePublished">{s.iso} 07:00</time> </p><h2 itemprop="name"><a href="{s.path}.html" title="Read the article: {s.title}" itemprop="url">{s.title}</a></h2><div class="ce_text block" itemprop="description"><p>{s.teaser}</p></div><p class="more"><a href="{s.path}.html" title="Read the article: {s.title}">Read more …<span class="invisible"> {s.title}</span></a></p></div>'
        ),
    ).replace(".html", "")
    return document(
        f'<div id="wrapper"><header id="header"><nav class="mod_navigation"><ul class="level_1">{links(MENU)}</ul></nav></header><div id="container"><main id="main"><div class="mod_newslist block">{items}</div></main></div></div>'
    )


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/viewtopic.php?t={8114 - k * 7}"))
def forum_announcements(stories: Sequence[Story]) -> str:
    """A read-only board in which an office posts its announcements, one topic each, by one author."""
    items = numbered(
        stories,
        lambda k, s: (
            f'<li class="row bg{k % 2 + 1} announce"><dl class="row-item announce_read"><dt title="No unread posts"><div class="list-inner"><a href="{s.path}" class="topictitle">{s.title}</a><br><div class="topic-poster">by <a href="/memberlist.php?mode=viewprofile&amp;u=2" class="username-coloured">Waterworks</a> &raquo; <time datetime="{s.iso}T09:00:00+00:00">{s.day:%a} {s.day:%b} {s.day.day:02}, {s.day.year} 9:00 am</time></div></div></dt><dd class="posts">0 <dfn>Replies</dfn></dd><dd class="views">{k * 211 + 312} <dfn>Views</dfn></dd></dl></li>'
        ),
    )
    return document(
        f'<div id="wrap"><div class="headerbar"><h1>Saltmere Water board</h1></div><div class="navbar"><ul class="nav-main">{links(MENU)}</ul></div><div id="page-body"><h2 class="forum-title">Announcements</h2><div class="forumbg announcement"><ul class="topiclist"><li class="header"><dl class="row-item"><dt><div class="list-inner">Announcements</div></dt><dd class="posts">Replies</dd><dd class="views">Views</dd></dl></li></ul><ul class="topiclist topics">{items}</ul></div></div></div>'
    )


@shape()
def magnolia_teasers(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="teaser teaser--news col-md-4"><a class="teaser__link" href="{s.path}" title="{s.title}"><picture><source media="(min-width:768px)" srcset="/dam/{k}-l.jpg"><img class="teaser__image" src="/dam/{k}.jpg" alt=""></picture><span class="teaser__meta"><span class="teaser__category">{s.rubric}</span> | <span class="teaser__date">{s.day:%d.%m.%Y}</span></span><span class="teaser__title h4">{s.title}</span><span class="teaser__text">{s.teaser}</span></a></div>'
        ),
    )
    return document(
        f'<header><nav><ul>{links(MENU)}</ul></nav></header><main><h1>Media</h1><div class="row teaser-list">{items}</div></main><footer><ul>{links(MENU)}</ul></footer>'
    )
