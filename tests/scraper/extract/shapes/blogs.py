"""Blog systems and site builders: WordPress, Ghost, Hugo, Jekyll, Wix, Squarespace, Blogger, Webflow, Substack, Medium."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import HOST, MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day

WP_HEADER = f"""<a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header"><div class="site-branding"><p class="site-title"><a href="{HOST}/" rel="home">Saltmere Water</a></p>
<p class="site-description">Clean water since 1871</p></div><nav id="site-navigation" class="main-navigation"><button class="menu-toggle">Menu</button>
<div class="menu-main-container"><ul id="primary-menu" class="menu">{links(MENU, '<li class="menu-item menu-item-type-post_type"><a href="{0}">{1}</a></li>')}</ul></div></nav></header>"""


def wp_sidebar(stories: Sequence[Story]) -> str:
    recent = each(stories[:5], lambda s: f'<li><a href="{s.path}">{s.title}</a></li>')
    months = "".join(f"<li><a href='{HOST}/2025/{k:02}/'>{m} 2025</a>&nbsp;({k})</li>" for k, m in enumerate(MONTHS, 1))
    return f"""<aside id="secondary" class="widget-area"><section id="search-2" class="widget widget_search"><form role="search" method="get"><input type="search" name="s"><input type="submit" value="Search"></form></section>
<section id="recent-posts-2" class="widget widget_recent_entries"><h2 class="widget-title">Recent Posts</h2><ul>{recent}</ul></section>
<section id="recent-comments-2" class="widget widget_recent_comments"><h2 class="widget-title">Recent Comments</h2><ul id="recentcomments"><li class="recentcomments"><span class="comment-author-link">Hal</span> on <a href="{stories[3].path}#comment-12">{stories[3].title}</a></li></ul></section>
<section id="archives-2" class="widget widget_archive"><h2 class="widget-title">Archives</h2><ul>{months}</ul></section>
<section id="categories-2" class="widget widget_categories"><h2 class="widget-title">Categories</h2><ul><li class="cat-item"><a href="/category/works">Works</a></li><li class="cat-item"><a href="/category/people">People</a></li></ul></section></aside>"""


WP_FOOTER = """<footer id="colophon" class="site-footer"><div class="site-info"><a href="https://wordpress.org/">Proudly powered by WordPress</a><span class="sep"> | </span>Theme: Brook by <a href="https://themes.example/">Somebody</a>.</div></footer>"""


@shape()
def wordpress_classic(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        return f"""<article id="post-{1200 - k}" class="post-{1200 - k} post type-post status-publish format-standard hentry category-{s.rubric.lower()}">
<header class="entry-header"><h2 class="entry-title"><a href="{s.path}" rel="bookmark">{s.title}</a></h2>
<div class="entry-meta"><span class="posted-on">Posted on <a href="{s.path}" rel="bookmark"><time class="entry-date published" datetime="{s.iso}T09:15:00+00:00">{long_day(s.day)}</time><time class="updated" datetime="{s.iso}T11:00:00+00:00">{long_day(s.day)}</time></a></span><span class="byline"> by <span class="author vcard"><a class="url fn n" href="/author/press/">Press office</a></span></span></div></header>
<div class="entry-content"><p>{s.teaser} <a href="{s.path}" class="more-link">Continue reading<span class="screen-reader-text"> &#8220;{s.title}&#8221;</span></a></p></div>
<footer class="entry-footer"><span class="cat-links">Posted in <a href="/category/{s.rubric.lower()}/" rel="category tag">{s.rubric}</a></span><span class="comments-link"><a href="{s.path}#respond">Leave a comment</a></span></footer></article>"""

    more = '<nav class="navigation posts-navigation"><h2 class="screen-reader-text">Posts navigation</h2><div class="nav-links"><div class="nav-previous"><a href="/page/2/">Older posts</a></div></div></nav>'
    return document(
        f'<div id="page" class="site">{WP_HEADER}<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main">{numbered(stories, post)}{more}</main></div>{wp_sidebar(stories)}</div>{WP_FOOTER}</div>',
        attrs='class="no-js"',
    )


@shape()
def wordpress_query_loop(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        return f"""<li class="wp-block-post post-{900 - k} post type-post status-publish format-standard has-post-thumbnail hentry category-news">
<div class="wp-block-group is-layout-flow"><figure class="wp-block-post-featured-image"><a href="{s.url}" target="_self"><img width="1024" height="683" src="/wp-content/uploads/{k}.jpg" class="attachment-post-thumbnail wp-post-image" alt="" loading="lazy"></a></figure>
<h3 class="wp-block-post-title has-medium-font-size"><a href="{s.url}" target="_self" >{s.title}</a></h3>
<div class="wp-block-template-part"><div class="wp-block-post-date"><time datetime="{s.iso}T08:00:00+00:00"><a href="{s.url}">{long_day(s.day)}</a></time></div></div>
<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{s.teaser} </p><p class="wp-block-post-excerpt__more-text"><a class="wp-block-post-excerpt__more-link" href="{s.url}">Read more</a></p></div></div></li>"""

    return document(
        f"""<div class="wp-site-blocks"><header class="wp-block-template-part"><div class="wp-block-group"><p class="wp-block-site-title"><a href="/">Saltmere Water</a></p><nav class="wp-block-navigation"><ul class="wp-block-navigation__container">{links(MENU)}</ul></nav></div></header>
<main class="wp-block-group"><h1 class="wp-block-heading">News</h1><div class="wp-block-query"><ul class="columns-3 wp-block-post-template is-layout-grid">{numbered(stories, post)}</ul>
<nav class="wp-block-query-pagination"><div class="wp-block-query-pagination-numbers"><span class="page-numbers current">1</span><a class="page-numbers" href="/page/2/">2</a></div><a href="/page/2/" class="wp-block-query-pagination-next">Next Page</a></nav></div></main>
<footer class="wp-block-template-part"><p>© 2026 Saltmere Water. <a href="/privacy">Privacy</a></p></footer></div>"""
    )


@shape(summed=False)
def wordpress_latest_posts_block(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><a class="wp-block-latest-posts__post-title" href="{s.url}">{s.title}</a><time datetime="{s.iso}T08:00:00+00:00" class="wp-block-latest-posts__post-date">{long_day(s.day)}</time></li>'
        ),
    )
    return document(
        f"{WP_HEADER}<main><h1>Announcements</h1><p>What we have to say, newest first.</p><ul class='wp-block-latest-posts__list has-dates wp-block-latest-posts'>{items}</ul></main>{WP_FOOTER}"
    )


@shape()
def elementor_posts_grid(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        return f"""<article class="elementor-post elementor-grid-item post-{k} post type-post"><div class="elementor-post__card">
<a class="elementor-post__thumbnail__link" href="{s.url}" tabindex="-1"><div class="elementor-post__thumbnail"><img loading="lazy" src="/up/{k}.webp" alt=""></div></a><div class="elementor-post__badge">{s.rubric}</div>
<div class="elementor-post__text"><h3 class="elementor-post__title"><a href="{s.url}"> {s.title} </a></h3><div class="elementor-post__excerpt"><p>{s.teaser}</p></div><a class="elementor-post__read-more" href="{s.url}" aria-label="Read more about {s.title}"> Read More » </a></div>
<div class="elementor-post__meta-data"><span class="elementor-post-date"> {long_day(s.day)} </span><span class="elementor-post-avatar"> No Comments </span></div></div></article>"""

    return document(
        f"""<div data-elementor-type="header"><section class="elementor-section"><nav class="elementor-nav-menu--main"><ul class="elementor-nav-menu">{links(MENU)}</ul></nav><nav class="elementor-nav-menu--dropdown"><ul class="elementor-nav-menu">{links(MENU)}</ul></nav></section></div>
<div data-elementor-type="archive"><section class="elementor-section"><div class="elementor-widget-container"><h1 class="elementor-heading-title">Newsroom</h1></div></section>
<section class="elementor-section"><div class="elementor-widget-posts"><div class="elementor-widget-container"><div class="elementor-posts-container elementor-posts--skin-cards elementor-grid">{numbered(stories, post)}</div>
<nav class="elementor-pagination"><span class="page-numbers current"><span class="elementor-screen-only">Page</span>1</span><a class="page-numbers" href="/p/2/"><span class="elementor-screen-only">Page</span>2</a></nav></div></div></section></div>{WP_FOOTER}"""
    )


@shape()
def divi_blog_module(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        return f"""<article id="post-{k}" class="et_pb_post clearfix et_pb_blog_item_0_{k} post type-post"><div class="et_pb_image_container"><a href="{s.url}" class="entry-featured-image-url"><img src="/w/{k}.jpg" alt="{s.title}" width="400" height="250"></a></div>
<h2 class="entry-title"><a href="{s.url}">{s.title}</a></h2><p class="post-meta">by <span class="author vcard"><a href="/author/web/" title="Posts by Web Team" rel="author">Web Team</a></span> | <span class="published">{short_day(s.day)}</span> | <a href="/category/x/" rel="tag">{s.rubric}</a> | 0 Comments</p>
<div class="post-content"><div class="post-content-inner"><p>{s.teaser}</p></div></div></article>"""

    return document(
        f'<div id="page-container"><header id="main-header"><ul id="top-menu" class="nav">{links(MENU)}</ul></header><div id="et-main-area"><div class="et_pb_section"><div class="et_pb_row"><div class="et_pb_module et_pb_blog_0 et_pb_blog_grid_wrapper"><div class="et_pb_blog_grid clearfix"><div class="et_pb_ajax_pagination_container"><div class="et_pb_salvattore_content" data-columns>{numbered(stories, post)}</div></div></div></div></div></div></div><footer id="main-footer"><ul class="bottom-nav">{links(MENU)}</ul></footer></div>'
    )


@shape()
def ghost_feed(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        return f"""<article class="gh-card post {"post-card-large" if not k else ""}"><a class="gh-card-link post-card-image-link" href="{s.path}/">
<figure class="gh-card-image"><img srcset="/c/{k}.jpg 300w" src="/c/{k}.jpg" alt="" loading="lazy"></figure><div class="gh-card-wrapper"><p class="gh-card-tag is-title">{s.rubric}</p><h3 class="gh-card-title is-title">{s.title}</h3>
<p class="gh-card-excerpt is-body">{s.teaser}</p><footer class="gh-card-meta"><span class="gh-card-author">By Saltmere Staff</span> <time class="gh-card-date" datetime="{s.iso}">{short_day(s.day)}</time></footer></div></a></article>"""

    moved = f'<header id="gh-navigation" class="gh-navigation"><nav class="gh-navigation-menu"><ul class="nav">{links(MENU)}</ul></nav><div class="gh-navigation-actions"><a class="gh-button" href="#/portal/signup">Subscribe</a></div></header>'
    return document(
        f'<div class="gh-viewport">{moved}<main class="gh-main"><section class="gh-container is-list"><h2 class="gh-container-title">Latest</h2><div class="gh-feed">{numbered(stories, post)}</div></section></main><footer class="gh-footer"><a href="https://ghost.org/">Powered by Ghost</a></footer></div>'
    )


@shape()
def hugo_theme(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<article class="post-entry"><header class="entry-header"><h2 class="entry-hint-parent">{s.title}</h2></header><div class="entry-content"><p>{s.teaser}</p></div><footer class="entry-footer"><span title="{s.iso} 00:00:00 +0000 UTC">{long_day(s.day)}</span>&nbsp;·&nbsp;1 min&nbsp;·&nbsp;Saltmere</footer><a class="entry-link" aria-label="post link to {s.title}" href="{s.url}/"></a></article>'
        ),
    )
    return document(
        f'<header class="header"><nav class="nav"><ul id="menu">{links(MENU)}</ul></nav></header><main class="main"><header class="page-header"><h1>Posts</h1></header>{items}<footer class="page-footer"><nav class="pagination"><a class="next" href="/posts/page/2/">Next Page »</a></nav></footer></main><footer class="footer"><span>&copy; 2026</span> <span>Powered by <a href="https://gohugo.io/">Hugo</a></span></footer>'
    )


@shape(summed=False)
def hugo_archive_by_year(stories: Sequence[Story]) -> str:
    def year(number: int) -> str:
        some = [s for s in stories if s.day.year == number]
        rows = each(
            some,
            lambda s: (
                f'<div class="archive-entry"><h3 class="archive-entry-title entry-hint-parent">{s.title}</h3><div class="archive-meta"><span>{long_day(s.day)}</span></div><a class="entry-link" href="{s.url}/"></a></div>'
            ),
        )
        return f'<div class="archive-year"><h2 class="archive-year-header"><a href="#{number}">{number}</a><sup class="archive-count">{len(some)}</sup></h2><div class="archive-month"><div class="archive-posts">{rows}</div></div></div>'

    return document(
        f'<header class="header"><ul id="menu">{links(MENU)}</ul></header><main class="main"><h1>Archive</h1>{year(2026)}{year(2025)}</main>'
    )


@shape()
def jekyll_minima(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><span class="post-meta">{MONTHS[s.day.month - 1][:3]} {s.day.day}, {s.day.year}</span>\n<h3><a class="post-link" href="{s.path}.html">\n{s.title}\n</a></h3><p>{s.teaser}</p></li>'
        ),
    ).replace(".html", "")
    return document(
        f'<header class="site-header"><div class="wrapper"><a class="site-title" href="/">Saltmere</a><nav class="site-nav"><div class="trigger"><a class="page-link" href="/about/">About</a><a class="page-link" href="/bills/">Bills</a></div></nav></div></header><main class="page-content"><div class="wrapper"><div class="home"><h2 class="post-list-heading">Posts</h2><ul class="post-list">{items}</ul><p class="feed-subscribe">subscribe <a href="/feed.xml">via RSS</a></p></div></div></main><footer class="site-footer h-card"><p>Saltmere Water, Weir Street 4</p></footer>'
    )


@shape(summed=False)
def bare_static_blog(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<p>{s.iso} &raquo; <a href="{s.path}">{s.title}</a></p>')
    return document(
        f"<h1><a href='/'>saltmere water</a></h1><p><a href='/about'>about</a> | <a href='/feed'>feed</a></p>{items}"
    )


@shape()
def wix_blog(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        day = f"{MONTHS[s.day.month - 1][:3]} {s.day.day}, {s.day.year}"
        return f"""<div class="HiPR0B" data-hook="post-list-item" role="listitem"><article class="jWqq5r blog-post-homepage-background-color" tabindex="-1" data-hook="post-list-item"><div class="I5nSmk"><a href="{s.url}" class="Z7Vx1a"><div class="gXqXyR" data-hook="gallery-item-image"><img src="https://static.media.example/{k}.webp" alt=""></div></a></div>
<div class="b1pDnO"><div class="rl6ctV"><div class="lXAlwB"><ul class="lCmkDx" data-hook="post-metadata"><li><span title="Press office" class="tQ0Q1A user-name" data-hook="user-name">Press office</span></li><li class="tWqkLl"><span title="{day}" class="post-metadata__date time-ago" data-hook="time-ago">{day}</span></li><li class="tWqkLl"><span title="1 min read" class="post-metadata__readTime" data-hook="time-to-read">1 min read</span></li></ul></div></div>
<a href="{s.url}" class="O16KGI pu51Xe"><div class="JMCi2v post-title" data-hook="post-title"><h2 class="bD0vt9 KNiaIk"><div class="nkqC0Q"><p>{s.title}</p></div></h2></div></a><div class="BOlnTh post-description" data-hook="post-description"><div class="kJvrRx">{s.teaser}</div></div>
<div class="sQFjCC" data-hook="post-footer"><span class="Wmx4n" data-hook="view-count">{k * 7 + 3} views</span><span class="rEvRxd">0 comments</span><button class="like-button">{k} likes. Post not marked as liked</button></div></div></article></div>"""

    return document(
        f'<div id="SITE_CONTAINER"><header id="SITE_HEADER"><nav><ul>{links(MENU)}</ul></nav></header><main id="PAGES_CONTAINER"><div class="wixui-blog"><nav aria-label="Blog"><ul><li><a href="/blog">All Posts</a></li><li><a href="/blog/categories/works">Works</a></li></ul></nav><section><div role="list" class="gallery-container">{numbered(stories, post)}</div></section></div></main><footer id="SITE_FOOTER"><p>©2026 by Saltmere Water. Proudly created with Wix.com</p></footer></div>'
    )


@shape()
def squarespace_blog(stories: Sequence[Story]) -> str:
    def post(k: int, s: Story) -> str:
        day = f"{s.day.month}/{s.day.day}/{s.day:%y}"
        return f"""<article class="blog-item entry blog-basic-grid--container" data-item-id="5f{k}"><section class="blog-image-wrapper"><a href="{s.path}" class="image-wrapper"><img data-src="https://images.example/{k}.jpg" alt="{s.title}"></a></section>
<section class="blog-item-summary"><div class="blog-basic-grid--text"><div class="blog-meta-section"><span class="blog-categories-list"><a href="/news/category/{s.rubric}" class="blog-categories">{s.rubric}</a></span><span class="blog-meta-delimiter"></span><span class="blog-author">Press Office</span><time class="blog-date" pubdate data-animation-role="date">{day}</time></div>
<h1 class="blog-title"><a href="{s.path}" data-no-animation>\n{s.title}\n</a></h1><div class="blog-excerpt"><div class="blog-excerpt-wrapper"><p class="">{s.teaser}</p></div></div><a class="blog-more-link" href="{s.path}">Read More</a></div></section></article>"""

    return document(
        f'<div id="siteWrapper"><header id="header"><nav class="header-nav-list">{links(MENU, "<div class=header-nav-item><a href={0}>{1}</a></div>")}</nav></header><main id="page"><article class="sections"><section class="page-section"><div class="content-wrapper"><div class="blog-basic-grid collection-content-wrapper">{numbered(stories, post)}</div><nav class="blog-list-pagination"><a href="/news?offset=17" class="newer">Older Posts</a></nav></div></section></article></main><footer class="sections" id="footer-sections"><p>Saltmere Water, Weir Street 4</p></footer></div>'
    )


@shape()
def blogger(stories: Sequence[Story]) -> str:
    out: list[str] = []
    last = None
    for k, s in enumerate(stories):
        if s.day != last:
            out.append(
                f'<div class="date-outer"><h2 class="date-header"><span>{s.day:%A}, {long_day(s.day)}</span></h2><div class="date-posts">'
            )
        out.append(
            f"""<div class="post-outer"><div class="post hentry"><a name="{k}8812"></a><h3 class="post-title entry-title"><a href="{s.url}">{s.title}</a></h3><div class="post-header"></div><div class="post-body entry-content">{s.teaser}<div style="clear: both;"></div></div>
<div class="post-footer"><div class="post-footer-line"><span class="post-author vcard">Posted by <span class="fn">press</span></span> <span class="post-timestamp">at <a class="timestamp-link" href="{s.url}" rel="bookmark"><abbr class="published" title="{s.iso}T09:12:00Z">09:12</abbr></a></span> <span class="post-comment-link"><a class="comment-link" href="{s.url}#comment-form">No comments:</a></span></div></div></div></div>"""
        )
        last = s.day
        if k + 1 == len(stories) or stories[k + 1].day != s.day:
            out.append("</div></div>")
    return document(
        f'<div class="content"><div class="tabs-inner"><ul>{links(MENU)}</ul></div><div class="main-inner"><div id="main"><div class="blog-posts hfeed">{"".join(out)}</div><div class="blog-pager" id="blog-pager"><a class="blog-pager-older-link" href="/search?updated-max=2025">Older Posts</a></div></div></div></div>'
    )


@shape()
def webflow_collection(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div role="listitem" class="w-dyn-item"><a href="{s.path}" class="news-card w-inline-block"><div style="background-image:url(/i{k}.png)" class="news-card_image"></div><div class="news-card_content"><div class="news-card_meta"><div class="tag">{s.rubric}</div><div class="text-size-small">{short_day(s.day)}</div></div><div class="heading-style-h5">{s.title}</div><div class="text-size-regular">{s.teaser}</div><div class="news-card_button"><div>Read more</div></div></div></a></div>'
        ),
    )
    return document(
        f'<div class="navbar w-nav"><nav role="navigation" class="nav-menu w-nav-menu">{links(MENU, "<a href={0} class=nav-link>{1}</a>")}</nav></div><div class="page-wrapper"><section class="section_news"><h1>Newsroom</h1><div class="w-dyn-list"><div role="list" class="news_list w-dyn-items">{items}</div></div></section></div><footer class="footer"><div>{links(MENU, "<a href={0} class=footer-link>{1}</a>")}</div></footer>'
    )


@shape()
def medium_like(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="l"><article class="ab q"><div role="link" data-href="{s.url}"><div class="ba"><div class="bb"><a href="{s.url}"><h2 class="be cx">{s.title}</h2><div class="bf"><h3 class="be b">{s.teaser}</h3></div></a></div></div><div class="bx"><a href="/@press"><p class="be b fv">Saltmere Water</p></a><span>·</span><span class="be">{MONTHS[s.day.month - 1][:3]} {s.day.day}, {s.day.year}</span><button><p>{k * 3 + 1}</p></button></div></article></div>'
        ),
    )
    return document(
        f'<div id="root"><div class="a b c"><div class="d"><a href="/">Saltmere Water</a><a href="/signin">Sign in</a></div><main><div>{items}</div></main></div></div>'
    )


@shape()
def typepad_flat(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<a id="entry-{k}8701"></a><h3 class="entry-header"><a href="{s.path}">{s.title}</a></h3><div class="entry-body"><p>{s.teaser}</p></div><p class="posted">Posted by Press Office on {long_day(s.day)} at 03:1{k % 10} PM | <a class="permalink" href="{s.path}">Permalink</a> | <a href="{s.path}#comments">Comments (0)</a></p>'
        ),
    )
    return document(
        f'<div id="banner"><h1><a href="/">Saltmere Water</a></h1></div><div id="pagebody"><div id="alpha">{items}</div><div id="beta"><div class="module-archives"><h2>Archives</h2><ul>{links(MENU)}</ul></div></div></div>'
    )
