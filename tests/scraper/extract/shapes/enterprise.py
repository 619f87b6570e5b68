"""Design systems and portals: GOV.UK, USWDS, ECL, SharePoint, Liferay, AEM, Sitecore, Confluence, server-rendered React/Vue."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of


@shape()
def govuk_document_list(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li class="gem-c-document-list__item"><div class="gem-c-document-list__item-title"><a class="govuk-link" href="/government{s.path}">{s.title}</a></div><p class="gem-c-document-list__item-description">{s.teaser}</p><ul class="gem-c-document-list__item-metadata"><li class="gem-c-document-list__attribute">Document type: {s.rubric}</li><li class="gem-c-document-list__attribute">Organisation: Saltmere Water</li><li class="gem-c-document-list__attribute">Updated: <time datetime="{s.iso}">{s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</time></li></ul></li>'
        ),
    ).replace("/government", "")
    return document(
        f"""<div id="global-cookie-message" class="gem-c-cookie-banner" role="region"><h2>Cookies</h2><p>We use some essential cookies to make this website work.</p><button>Accept additional cookies</button><a href="/help/cookies">View cookies</a></div><a href="#content" class="govuk-skip-link">Skip to main content</a>
<header role="banner" class="gem-c-layout-super-navigation-header"><ul>{links(MENU)}</ul></header><div class="govuk-width-container"><main class="govuk-main-wrapper" id="content"><h1 class="gem-c-title__text">News and communications</h1><div class="govuk-grid-row"><div class="govuk-grid-column-one-third"><form class="finder-frontend"><label>Search</label><input type="search"><fieldset><legend>Topic</legend><input type="checkbox"><label>Bills</label></fieldset></form></div>
<div class="govuk-grid-column-two-thirds"><h2 class="result-info__header">1,204 results</h2><div class="finder-results js-finder-results"><ul class="gem-c-document-list">{items}</ul></div><nav class="gem-c-pagination"><ul><li class="gem-c-pagination__item--next"><a href="/search?page=2" rel="next"><span>Next page</span><span>2 of 61</span></a></li></ul></nav></div></div></main></div><footer class="govuk-footer" role="contentinfo"><ul>{links(MENU)}</ul></footer>"""
    )


@shape(summed=False)
def govuk_plain_list_with_metadata(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li class="govuk-!-margin-bottom-4"><a class="govuk-link govuk-!-font-weight-bold" href="{s.path}">{s.title}</a><br><span class="govuk-hint">{s.rubric} · {s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</span></li>'
        ),
    )
    return document(
        f'<header class="govuk-header"><ul class="govuk-header__navigation">{links(MENU)}</ul></header><main class="govuk-main-wrapper"><h1 class="govuk-heading-xl">Updates</h1><ul class="govuk-list">{items}</ul></main><footer class="govuk-footer"><ul>{links(MENU)}</ul></footer>'
    )


@shape()
def uswds_collection(stories: Sequence[Story]) -> str:
    def item(s: Story) -> str:
        return f"""<li class="usa-collection__item"><div class="usa-collection__calendar-date"><time datetime="{s.iso}T00:00:00+00:00"><span class="usa-collection__calendar-date-month">{MONTHS[s.day.month - 1][:3]}</span><span class="usa-collection__calendar-date-day">{s.day.day}</span></time></div>
<div class="usa-collection__body"><h4 class="usa-collection__heading"><a class="usa-link" href="{s.path}">{s.title}</a></h4><p class="usa-collection__description">{s.teaser}</p><ul class="usa-collection__meta" aria-label="More information"><li class="usa-collection__meta-item"><time datetime="{s.iso}T00:00:00+00:00">{long_day(s.day)}</time></li></ul><ul class="usa-collection__meta" aria-label="Topics"><li class="usa-collection__meta-item usa-tag">{s.rubric}</li><li class="usa-collection__meta-item usa-tag">New</li></ul></div></li>"""

    return document(
        f"""<section class="usa-banner" aria-label="Official website"><div class="usa-accordion"><header class="usa-banner__header"><p>An official website of the Saltmere county</p><button class="usa-accordion__button usa-banner__button">Here's how you know</button></header><div class="usa-banner__content"><p><strong>Official websites use .example</strong><br>A website of that name belongs to an official organization in the county.</p></div></div></section>
<header class="usa-header"><nav class="usa-nav"><ul class="usa-nav__primary usa-accordion">{links(MENU)}</ul></nav></header><main id="main-content"><h1>Press releases</h1><ul class="usa-collection">{each(stories, item)}</ul><nav class="usa-pagination"><ul class="usa-pagination__list"><li class="usa-pagination__item"><a href="?p=1" class="usa-pagination__button usa-current">1</a></li><li><a href="?p=2" class="usa-pagination__button">2</a></li></ul></nav></main><footer class="usa-footer"><ul>{links(MENU)}</ul></footer>"""
    )


@shape()
def ecl_content_items(stories: Sequence[Story]) -> str:
    def item(s: Story) -> str:
        return f"""<div class="ecl-content-item-block__item contextual-region ecl-u-mb-l"><article class="ecl-content-item"><div class="ecl-content-block ecl-content-item__content-block" data-ecl-auto-init="ContentBlock"><ul class="ecl-content-block__primary-meta-container"><li class="ecl-content-block__primary-meta-item">{s.rubric}</li><li class="ecl-content-block__primary-meta-item"><time datetime="{s.iso}T12:00:00Z">{s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</time></li></ul>
<div class="ecl-content-block__title"><a href="{s.path}_en" class="ecl-link ecl-link--standalone" data-ecl-title-link>{s.title}</a></div><div class="ecl-content-block__description"><p>{s.teaser}</p></div><ul class="ecl-content-block__secondary-meta-container"><li class="ecl-content-block__secondary-meta-item"><span>2 min read</span></li></ul></div></article></div>""".replace(
            "_en", ""
        )

    tongues = "".join(
        f'<li class="ecl-site-header__language-item"><a href="/news_{c}" class="ecl-link" lang="{c}" hreflang="{c}">{n}</a></li>'
        for c, n in (("de", "Deutsch"), ("fr", "français"), ("it", "italiano"), ("pl", "polski"))
    )
    return document(
        f'<header class="ecl-site-header"><div class="ecl-site-header__language-list-overlay"><ul>{tongues}</ul></div><nav class="ecl-menu"><ul class="ecl-menu__list">{links(MENU)}</ul></nav></header><main class="ecl-u-pb-xl"><div class="ecl-page-header"><h1 class="ecl-page-header__title">News</h1></div><div class="ecl-container"><h4 class="ecl-u-type-heading-4">News (312)</h4><p>Showing results 1 to 10</p><div class="ecl-content-item-block">{each(stories, item)}</div></div></main><footer class="ecl-site-footer"><ul>{links(MENU)}</ul></footer>'
    )


SHAREPOINT = stories_of(path=lambda k, _: f"/news/Lists/Announcements/DispForm.aspx?ID={214 - k}")


@shape(summed=False, stories=SHAREPOINT)
def sharepoint_list_view(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr class="{"ms-alternating " if k % 2 else ""}ms-itmhover" iid="1,{214 - k},0" id="1,{214 - k},0"><td class="ms-cellstyle ms-vb2"><nobr>{s.day.month}/{s.day.day}/{s.day.year} 9:1{k % 10} AM</nobr></td><td height="100%" class="ms-cellstyle ms-vb-title"><div class="ms-vb itx" id="{214 - k}"><a class="ms-listlink" onfocus="OnLink(this)" href="{s.path}" onclick="EditLink2(this,7);return false;" target="_self">{s.title}</a></div></td><td class="ms-cellstyle ms-vb2">{s.rubric}</td><td class="ms-cellstyle ms-vb-user"><span class="ms-noWrap"><a class="ms-subtleLink" href="/_layouts/15/userdisp.aspx?ID=3">Portal Editor</a></span></td></tr>'
        ),
    )
    nav = links(
        MENU,
        '<li class="static"><a class="static menu-item ms-core-listMenu-item" href="{0}"><span class="menu-item-text">{1}</span></a></li>',
    )
    return document(
        f'<form method="post" action="AllItems.aspx" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="zz"/><div id="s4-ribbonrow"></div><div id="DeltaTopNavigation"><ul class="root ms-core-listMenu-root static">{nav}</ul></div><div id="s4-bodyContainer"><div id="sideNavBox"><ul>{nav}</ul></div><div id="DeltaPlaceHolderMain"><table class="ms-listviewtable" id="onetidDoclibViewTbl0"><thead><tr class="ms-viewheadertr"><th class="ms-vh2"><div><a class="ms-headerSortTitleLink" href="javascript:">Created</a></div></th><th class="ms-vh2"><div><a class="ms-headerSortTitleLink" href="javascript:">Title</a></div></th><th class="ms-vh2">Type</th><th class="ms-vh2">Created By</th></tr></thead><tbody>{rows}</tbody></table><table class="ms-bottompaging"><tr><td class="ms-paging">1 - 10</td><td><a href="?Paged=TRUE&amp;PagedPrev=1">Next</a></td></tr></table></div></div></form>'
    )


@shape(stories=stories_of(path=lambda k, _: f"/Pages/News/item{k}of-the-release-2026.aspx"))
def sharepoint_content_query(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li class="dfwp-item"><div class="item"><div class="link-item"><div class="newsdate">{s.day:%d/%m/%Y}</div><a href="{s.path}" title="{s.title}">{s.title}</a><div class="description">{s.teaser}</div></div></div></li>'
        ),
    )
    return document(
        f'<form id="aspnetForm"><div class="topnav"><ul>{links(MENU)}</ul></div><div id="MSOZoneCell_WebPartWPQ2"><div class="ms-webpart-chrome-title"><h2>Press releases</h2></div><div id="cbqwp" class="cbq-layout-main"><ul class="dfwp-column dfwp-list" style="width:100%">{items}</ul></div></div></form>'
    )


@shape()
def liferay_asset_publisher(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="asset-abstract default-asset-publisher"><div class="asset-content mb-3"><div class="mb-4"><h4 class="component-title"><a class="asset-title d-inline" href="{s.url}"><span>{s.title}</span></a></h4></div><div class="asset-summary mb-4">{s.teaser}<span class="asset-more"><a href="{s.url}">Read more <span class="hide-accessible">About {s.title}</span> &raquo;</a></span></div><div class="asset-details"><span class="asset-user-info"><span class="user-info">By Press Office</span></span><span class="asset-publish-date">Published {s.day.month}/{s.day.day}/{s.day:%y}</span></div></div></div>'
        ),
    )
    return document(
        f'<div class="d-flex flex-column min-vh-100"><header id="banner"><nav id="navigation"><ul class="navbar-nav">{links(MENU)}</ul></nav></header><section id="content"><div class="portlet-layout row"><div class="portlet-boundary portlet-asset-publisher"><div class="portlet-body"><h2 class="portlet-title-text">Asset Publisher</h2>{items}<div class="pagination-bar"><div class="pagination-results">Showing 1 to 10 of 212 entries.</div><ul class="pagination"><li class="page-item"><a class="page-link" href="/news?p=2">2</a></li></ul></div></div></div></div></section></div>'
    )


@shape()
def aem_list_component(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<li class="cmp-list__item" data-cmp-data-layer="x"><article><a class="cmp-list__item-link" href="{s.path}" data-cmp-clickable><div class="cmp-list__item-image"><div class="cmp-image"><img src="/content/dam/{k}.img.jpg" class="cmp-image__image" alt=""></div></div><span class="cmp-list__item-title">{s.title}</span><span class="cmp-list__item-date">{s.iso}</span></a><span class="cmp-list__item-description">{s.teaser}</span></article></li>'
        ),
    )
    return document(
        f'<div class="root container responsivegrid"><header class="experiencefragment"><nav class="cmp-navigation"><ul class="cmp-navigation__group">{links(MENU)}</ul></nav></header><div class="aem-Grid aem-Grid--12"><div class="title"><h1 class="cmp-title__text">Newsroom</h1></div><div class="list aem-GridColumn"><ul class="cmp-list" id="list-2f">{items}</ul></div></div><footer class="experiencefragment"><ul>{links(MENU)}</ul></footer></div>'
    )


@shape()
def sitecore_search_results(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<li data-longitude="" data-id="a0{k}"><div class="component-content"><div class="field-publicationdate">{long_day(s.day)}</div><div class="field-pagetitle"><a href="{s.path}" data-variantfieldname="PageTitle">{s.title}</a></div><div class="field-pagesummary">{s.teaser}</div><div class="field-link"><a href="{s.path}" data-variantitemid="x">Learn more<i class="icon"></i></a></div></div></li>'
        ),
    )
    return document(
        f'<div id="wrapper"><header><div class="component navigation"><ul class="clearfix">{links(MENU, "<li class=level1><div class=navigation-title><a href={0}>{1}</a></div></li>")}</ul></div></header><main><div id="content"><div class="component title"><h1>News</h1></div><div class="component facet-dropdown"><select><option>All</option></select></div><div class="component search-results"><div class="component-content"><ul class="search-result-list">{items}</ul><div class="progress"></div></div></div><div class="component load-more"><input type="button" value="Load more"></div></div></main><footer><ul>{links(MENU)}</ul></footer></div>'
    )


@shape()
def confluence_blog_posts(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="blog-post-listing"><div class="logo-heading-block"><span class="logoBlock"><a class="userLogoLink" href="/display/~press"><img class="userLogo logo" src="/av.png" alt="User icon: press"></a></span><span class="blogHeading"><a class="blogpost-title" href="{s.path}">{s.title}</a></span></div><div class="page-metadata"><a href="/display/~press" class="url fn confluence-userlink">Press Office</a> posted on {MONTHS[s.day.month - 1][:3]} {s.day.day:02}, {s.day.year}</div><div class="wiki-content"><p>{s.teaser}</p></div><div class="endsection"><a href="{s.path}#comments">No comments</a></div></div>'
        ),
    )
    return document(
        f'<div id="full-height-container"><nav class="aui-header"><ul class="aui-nav">{links(MENU)}</ul></nav><div class="ia-splitter"><div class="ia-fixed-sidebar"><ul>{links(MENU)}</ul></div><div id="main"><h1 id="title-text">Blog</h1><div class="wiki-content"><div class="blog-post-list">{items}</div></div></div></div></div>'
    )


@shape()
def next_js_hashed_classes(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<li class="NewsList_item__x7Qk2"><a class="Card_root__3fLqa Card_clickable__pV9a1" href="{s.path}"><span style="box-sizing:border-box;display:inline-block"><img alt="" src="data:image/gif;base64,R0lGOD" data-nimg="intrinsic"/><noscript><img alt="" src="/_next/image?url={k}"/></noscript></span><div class="Card_body__q1W8e"><p class="Card_eyebrow__a8sd0"><span>{s.rubric}</span><span aria-hidden="true"> • </span><span>{short_day(s.day)}</span></p><h3 class="Card_title__Zk2pq">{s.title}</h3><p class="Card_text__77aXy">{s.teaser}</p></div></a></li>'
        ),
    )
    state = '<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{}}}</script>'
    return document(
        f'<div id="__next"><header class="Header_root__1"><nav class="Nav_root__9d"><ul>{links(MENU)}</ul></nav></header><main class="Layout_main__u2"><h1 class="Hero_title__kk">News &amp; stories</h1><div class="Filters_root__p"><button>All</button><button>Works</button><button>People</button></div><ul class="NewsList_root__4GhJ">{items}</ul><button class="Button_root__">Load more</button></main><footer class="Footer_root__7"><ul>{links(MENU)}</ul></footer></div>{state}'
    )


@shape()
def styled_components_divs(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="sc-bdVaJa {"kzQxPq" if k else "hWmRtY"}"><div class="sc-htpNat eTnBvC"><div class="sc-bwzfXH iKpLsD">{long_day(s.day)}</div><a class="sc-ifAKCX uJhGfd" href="{s.path}"><div class="sc-EHOje pOiUyT">{s.title}</div></a><div class="sc-bZQynM mNbVcX">{s.teaser}</div></div></div>'
        ),
    )
    return document(
        f'<div id="root"><div class="sc-header"><div class="sc-nav">{links(MENU, "<a class=sc-link href={0}>{1}</a>")}</div></div><div class="sc-page"><div class="sc-title">Newsroom</div><div class="sc-list">{items}</div></div><div class="sc-footer">{links(MENU, "<a class=sc-link href={0}>{1}</a>")}</div></div>'
    )


@shape()
def nuxt_scoped_rows(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div data-v-7ba5bd90 class="flex flex-col md:flex-row border-b py-8"><div data-v-7ba5bd90 class="md:w-1/4 text-sm text-gray-600"><!----><p data-v-7ba5bd90>{short_day(s.day)}</p></div><div data-v-7ba5bd90 class="md:w-3/4"><a href="{s.path}" class="nuxt-link text-xl font-bold"><!--[-->{s.title}<!--]--></a><p data-v-7ba5bd90 class="mt-2">{s.teaser}</p></div></div>'
        ),
    )
    return document(
        f'<div id="__nuxt"><div id="__layout"><div data-v-11><div class="navbar">{links(MENU, "<a href={0} class=nuxt-link>{1}</a>")}</div><div class="container mx-auto"><div class="text-4xl">Updates</div><div>{items}</div></div></div></div></div><script>window.__NUXT__={{}}</script>'
    )


@shape()
def angular_universal(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<app-news-item _ngcontent-sc12="" _nghost-sc13=""><mat-card _ngcontent-sc13="" class="mat-card"><mat-card-title _ngcontent-sc13="" class="mat-card-title"><a _ngcontent-sc13="" href="{s.path}">{s.title}</a></mat-card-title><mat-card-subtitle _ngcontent-sc13="">{s.day:%d/%m/%Y}</mat-card-subtitle><mat-card-content _ngcontent-sc13=""><p _ngcontent-sc13="">{s.teaser}</p></mat-card-content></mat-card></app-news-item>'
        ),
    )
    return document(
        f'<app-root ng-version="16"><app-header><mat-toolbar>{links(MENU, "<a mat-button href={0}>{1}</a>")}</mat-toolbar></app-header><router-outlet></router-outlet><app-news><h1>News</h1><app-news-list>{items}</app-news-list><mat-paginator><div>1 – 10 of 312</div></mat-paginator></app-news></app-root>'
    )


@shape()
def web_components_with_slots(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<wc-teaser href="{s.path}"><time slot="date">{short_day(s.day)}</time><h3 slot="title"><a href="{s.path}">{s.title}</a></h3><p slot="text">{s.teaser}</p></wc-teaser>'
        ),
    )
    return document(
        f'<wc-header><nav slot="nav">{links(MENU, "<a href={0}>{1}</a>")}</nav></wc-header><main><h1>News</h1><wc-list>{items}</wc-list></main><wc-footer><a href="/imprint">Imprint</a></wc-footer>'
    )
