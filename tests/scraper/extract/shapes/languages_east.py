"""East Asian and Thai pages: dates at the right, in brackets, in eras, in Buddhist years, on leaves."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import Story, document, each, menu_of, numbered, shape, told_in

CHINESE = told_in(
    (
        "榆树山水库三年来首次蓄满",
        "关于公布二〇二五年度水质检测报告的通知",
        "磨坊巷夜间施工公告",
        "招聘学徒",
        "玛尔塔任总工程师",
        "四月起社区菜园用水实行新价格",
        "探漏犬试用期满发现漏点四十一处",
        "“每一滴都珍贵”中小学海报比赛开始报名",
        "关于便士溪排放事件的说明",
        "上半年业绩：投资增加，负债下降",
    ),
    "自去年十月以来水位上升四米，周日午夜起取消浇灌禁令，全部数据可在各营业厅查阅，编号",
    "/art/2026/3/13/art_{}_1.html",
)


@shape(stories=CHINESE, summed=False)
def chinese_government_list(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><a href="{s.path}" target="_blank" title="{s.title}">{s.title}</a><span class="date">{s.iso}</span></li>'
        ),
    )
    menu = menu_of("首页", "机构概况", "新闻动态", "政务公开", "办事服务", "互动交流")
    return document(
        f'{menu}<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/n">通知公告</a></div><div class="left"><ul><li><a href="/a">工作动态</a></li><li><a href="/b">通知公告</a></li><li><a href="/c">媒体聚焦</a></li></ul></div><div class="list"><ul class="news_list">{items}</ul></div><div class="page">共 31 页 <a href="?p=2">下一页</a></div><div class="foot">版权所有</div>',
        lang="zh-CN",
    )


@shape(stories=CHINESE, summed=False)
def chinese_table_with_brackets(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<tr><td width="3%"><img src="/dot.gif"></td><td><a href="{s.path}" class="c50" title="{s.title}">{s.title}</a></td><td align="right" nowrap>[{s.day.year}/{s.day.month:02}/{s.day.day:02}]</td></tr>'
        ),
    )
    return document(
        f"{menu_of('首页', '学院概况', '师资队伍', '科学研究', '人才培养')}<table><tr><td><table>{items}</table></td></tr></table>",
        lang="zh",
    )


@shape(stories=CHINESE)
def chinese_cards(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="item"><div class="time"><b>{s.day.day:02}</b><span>{s.day.year}-{s.day.month:02}</span></div><div class="con"><h3><a href="{s.path}">{s.title}</a></h3><p>{s.teaser}</p></div></div>'
        ),
    )
    return document(
        f"{menu_of('首页', '关于我们', '新闻中心', '联系我们')}<div class='newslist'>{items}</div>", lang="zh-CN"
    )


JAPANESE = told_in(
    (
        "楡の丘貯水池が三年ぶりに満水となりました",
        "令和7年度水質検査結果の公表について",
        "水車小路における夜間工事のお知らせ",
        "見習い募集",
        "技師長にマルタ・フェルトハウスが就任",
        "市民農園向け新料金について",
        "漏水探知犬の試験運用が終了しました",
        "「ひとしずくを大切に」ポスター募集",
        "小川への放流に関するお詫びとご報告",
        "上半期の業績を発表しました",
    ),
    "昨年十月からの雨で水位が四メートル上がり、散水の制限は日曜日に終わります。詳しくは窓口でご覧ください。番号",
)


@shape(stories=JAPANESE, summed=False)
def japanese_definition_list(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<dl class="news-list"><dt>{s.day.year}年{s.day.month}月{s.day.day}日</dt><dd><span class="icon">お知らせ</span><a href="{s.path}">{s.title}</a></dd></dl>'
        ),
    )
    return document(
        f"{menu_of('ホーム', '水道局について', '料金', 'お問い合わせ')}<main><h1>新着情報</h1><div>{items}</div></main>",
        lang="ja",
    )


@shape(stories=JAPANESE, summed=False)
def japanese_eras(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><span class="day">令和{s.day.year - 2018}年{s.day.month}月{s.day.day}日</span><a href="{s.path}">{s.title}</a></li>'
        ),
    )
    return document(f"{menu_of('ホーム', '市政', 'くらし')}<h2>新着情報</h2><ul class='list'>{items}</ul>", lang="ja")


@shape(stories=JAPANESE)
def japanese_dotted_cards(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<a class="p-card" href="{s.path}"><time class="p-card__date">{s.day.year}.{s.day.month:02}.{s.day.day:02}</time><span class="p-card__cat">プレスリリース</span><p class="p-card__title">{s.title}</p><p class="p-card__text">{s.teaser}</p></a>'
        ),
    )
    return document(
        f"{menu_of('会社情報', '製品', 'IR', '採用')}<main><div class='p-cards'>{items}</div></main>", lang="ja"
    )


KOREAN = told_in(
    (
        "느릅나무 언덕 저수지 삼 년 만에 만수",
        "수질 검사 결과 공고",
        "방앗간길 야간 공사 안내",
        "견습생 모집",
        "마르타 펠트하우스 수석 기술자 임명",
        "사월부터 공동 텃밭 새 요금 적용",
        "누수 탐지견 시험 운영 종료",
        "한 방울도 소중히 포스터 공모전 안내",
        "하천 방류 사고에 대한 입장",
        "상반기 실적 발표",
    ),
    "지난해 시월부터 수위가 사 미터 올라 일요일 자정에 살수 제한이 끝나며 자세한 내용은 창구에서 볼 수 있습니다 번호",
    "/bbs/view.do?bbsId=B1&nttId={}",
)


@shape(stories=KOREAN, summed=False)
def korean_board(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<tr><td>{312 - k}</td><td class="subject"><a href="{s.path.replace("&", "&amp;")}">{s.title}</a></td><td>홍보팀</td><td>{s.day:%Y.%m.%d}</td><td>{k * 31 + 105}</td><td><img src="/file.gif" alt="첨부파일"></td></tr>'
        ),
    )
    return document(
        f"{menu_of('소개', '알림', '민원', '정보공개')}<h3>공지사항</h3><table class='board'><caption>공지사항 목록</caption><thead><tr><th>번호</th><th>제목</th><th>작성자</th><th>등록일</th><th>조회수</th><th>첨부</th></tr></thead><tbody>{items}</tbody></table>",
        lang="ko",
    )


THAI = told_in(
    (
        "อ่างเก็บน้ำเนินเอล์มเต็มอีกครั้งในรอบสามปี",
        "ประกาศผลการตรวจคุณภาพน้ำประปา",
        "งดจ่ายน้ำชั่วคราวบริเวณตรอกโรงสี",
        "รับสมัครผู้ฝึกงาน",
        "แต่งตั้งหัวหน้าวิศวกรคนใหม่",
        "อัตราค่าน้ำใหม่สำหรับสวนชุมชน",
        "สุนัขค้นหาท่อรั่วพบสี่สิบเอ็ดจุด",
        "ประกวดโปสเตอร์ทุกหยดมีค่า",
        "คำชี้แจงเรื่องการปล่อยน้ำลงลำธาร",
        "ผลประกอบการครึ่งปี",
    ),
    "ระดับน้ำสูงขึ้นสี่เมตรตั้งแต่เดือนตุลาคม และข้อห้ามรดน้ำจะสิ้นสุดวันอาทิตย์ ลำดับ",
)
TH_MONTHS = ("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม")  # fmt: skip


@shape(stories=THAI, summed=False)
def thai_buddhist_years(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="row-news"><a href="{s.path}">{s.title}</a><span class="date">{s.day.day} {TH_MONTHS[s.day.month - 1]} {s.day.year + 543}</span></div>'
        ),
    )
    return document(
        f"{menu_of('หน้าแรก', 'เกี่ยวกับเรา', 'ข่าวสาร', 'ติดต่อ')}<main><h1>ข่าวประชาสัมพันธ์</h1>{items}</main>", lang="th"
    )


@shape(stories=THAI)
def thai_cards_with_latin_numbers(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="card"><h4 class="card-title"><a href="{s.path}">{s.title}</a></h4><p class="card-text">{s.teaser}</p><small>{s.day.day:02}/{s.day.month:02}/{s.day.year + 543}</small></div>'
        ),
    )
    return document(f"{menu_of('หน้าแรก', 'บริการ', 'ติดต่อ')}<main>{items}</main>", lang="th")
