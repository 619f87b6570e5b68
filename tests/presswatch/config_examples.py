"""Configurations that are right, and wrong in one place, for the parser and the schema alike."""

from __future__ import annotations

HEAD = '[[sources]]\nid = "a"\nurl = "https://tides.example/news"\n'

RIGHT: dict[str, str] = {
    "empty": "",
    "only settings": '[presswatch]\ncontact = "https://desk.example/about"\nevery = "1h30m"\nburst = 3\n',
    "mail contact": '[presswatch]\ncontact = "desk@press.example"\n',
    "smallest source": HEAD,
    "whole source": HEAD
    + 'slug = "tides"\nname = "Ministry of Tides"\ntags = ["water", "Приливы"]\nevery = "1d"\nchannels = ["hook"]\n'
    'language = "pt_BR"\ntimezone = "America/Sao_Paulo"\nfollow = true\npaused = true\n'
    'headers = {Authorization = "env:TOKEN"}\n'
    'recipe = {item = "li.news", link = "a@href", date_order = "DMY"}\n'
    '[channels.hook]\ntype = "webhook"\nurl = "https://hooks.example/x"\n',
    "hook recipe": HEAD + 'recipe = {hook = "my_sites.tides:records"}\n',
    "address with port": '[[sources]]\nid = "a"\nurl = "HTTP://127.0.0.1:8080?x=1#y"\n',
    "address in unicode": '[[sources]]\nid = "a"\nurl = "https://приливы.example/новости"\n',
    "console": '[channels.console]\ntype = "console"\nlanguage = "de"\nrate = "20/m"\n',
    "apprise": '[channels.phone]\ntype = "apprise"\nurl = "tgram://${env:BOT}/${env:CHAT}"\ngive_up = "1d"\n'
    'template = "phone.j2"\n',
    "secret address": '[channels.hook]\ntype = "webhook"\nurl = "keyring:presswatch/hook"\nsecret = "file:/run/s"\n',
    "literal key": '[channels.hook]\ntype = "webhook"\nurl = "http://h.example"\n'
    'secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"\n',
    "file": '[channels.log]\ntype = "file"\npath = "messages.jsonl"\nretry_first = "1s"\n',
    "mail": '[channels.m]\ntype = "mail"\nurl = "smtps://u:p@mail.example:465"\nsender = "w@x.example"\n'
    'recipients = ["a.b+c@x.example", "d@x.example"]\n',
    "command": '[channels.c]\ntype = "command"\ncommand = ["/bin/cat", "-", "-"]\n',
    "fixed interval for all": '[presswatch]\nevery = "30m"\nbudget = 12\n' + HEAD + 'every = "auto"\nweight = 2\n',
    "fixed times": HEAD + 'at = "0 8 * * mon-fri"\n',
    "hours and weight": HEAD + 'hours = "07:00-22:00"\nweight = 0.5\n',
    "budget of a site": HEAD + '[sites."tides.example"]\nbudget = "20/h"\n',
    "demanding source": HEAD
    + 'auth = {user = "reader", password = "env:PW"}\ncookies = true\nproxy = "socks5h://me:${env:PROXY}@proxy.example"\n'
    'post = {form = {kind = "press"}, first = "https://tides.example/search"}\nbrowser = "auto"\nscreenshot = true\n',
    "token, json and browser": HEAD
    + 'auth = {token = "file:/run/t"}\npost = {json = "{}"}\nproxy = "http://[::1]:3128"\nbrowser = true\n',
    "hubs": '[presswatch.websub]\ncallback = "https://a.example/hubs/"\nlisten = "[::1]:80"\n',
    "rule": HEAD
    + '[[rules]]\nname = "r"\nsources = ["a"]\ntags = []\nkinds = ["added", "withdrawn"]\nkeywords = ["ebb"]\n'
    + 'authors = ["Harbour Master"]\nlanguages = ["de"]\n'
    + 'digest = "0 8 * * mon-fri"\nquiet = "22:00-07:00"\n',
    "timing": '[channels.c]\ntype = "console"\nquiet = "22:00-07:00"\ndigest = "@daily"\n'
    '[[rules]]\nname = "urgent"\nat_once = true\nredesigns = false\n',
}

WRONG: dict[str, tuple[str, str]] = {
    "a kind by another word": ('[[rules]]\nname = "r"\nkinds = ["edited"]\n', "'edited' is not known; write revised"),
    "a kind that is new": ('[[rules]]\nname = "r"\nkinds = ["new"]\n', "'new' is not known; write added"),
    "a kind that is removed": ('[[rules]]\nname = "r"\nkinds = ["removed"]\n', "not known; write withdrawn"),
    "a kind that is moved": ('[[rules]]\nname = "r"\nkinds = ["Moved"]\n', "not known; write relocated"),
    "unknown table": ("[sourses]\n", "did you mean sources"),
    "unknown key": ('[presswatch]\nevry = "1h"\n', "did you mean every"),
    "number for a duration": ("[presswatch]\nevery = 30\n", '"30m" for minutes'),
    "interval and fixed times": (HEAD + 'every = "1h"\nat = "0 8 * * *"\n', "contradicts every"),
    "token and user": (HEAD + 'auth = {token = "x", user = "y"}\n', "keep the token"),
    "hubs without a slash": ('[presswatch.websub]\ncallback = "https://a.example/hubs"\n', "ends in a slash"),
    "nobody": (HEAD + 'auth = {password = "y"}\n', "needs user and password"),
    "form and json": (HEAD + 'post = {form = {a = "1"}, json = "{}"}\n', "either form"),
    "no proxy": (HEAD + 'proxy = "proxy.example"\n', "http://host:3128"),
    "browser by a word": (HEAD + 'browser = "yes"\n', 'true, false or "auto"'),
    "no cron": (HEAD + 'at = "at eight"\n', "minute, hour, day, month and weekday"),
    "hours without end": (HEAD + 'hours = "07:00"\n', "from when to when"),
    "weightless": (HEAD + "weight = 0\n", "0.1 to 10"),
    "weight that is a word": (HEAD + 'weight = "much"\n', "0.1 to 10"),
    "budget out of bounds": ("[presswatch]\nbudget = 1000\n", "from 1 to 288"),
    "no duration": ('[presswatch]\nevery = "often"\n', "such as 90s"),
    "text for a number": ('[presswatch]\nburst = "10"\n', "must be a whole number"),
    "number out of bounds": ("[presswatch]\nburst = 0\n", "from 1 to 1000"),
    "true for a number": ("[presswatch]\nconcurrency = true\n", "must be a whole number"),
    "contact with a space": ('[presswatch]\ncontact = "me at home"\n', "web or mail address"),
    "contact that breaks the header": ('[presswatch]\ncontact = "https://a.example/)x"\n', "web or mail address"),
    "sources as a table": ('[sources]\nid = "a"\n', "must be a list"),
    "no id": ('[[sources]]\nurl = "https://a.example"\n', "never change"),
    "no address": ('[[sources]]\nid = "a"\n', "sources[1].url: is missing"),
    "empty id": ('[[sources]]\nid = ""\nurl = "https://a.example"\n', "must not be empty"),
    "file address": ('[[sources]]\nid = "a"\nurl = "file:///etc/hosts"\n', "http://"),
    "address with a password": ('[[sources]]\nid = "a"\nurl = "https://me:pw@a.example/"\n', "without"),
    "address with a backslash": ('[[sources]]\nid = "a"\nurl = "http://in.example\\\\@out.example/"\n', "backslashes"),
    "address with a space": ('[[sources]]\nid = "a"\nurl = "http://a.example/ b"\n', "without spaces"),
    "address without a host": ('[[sources]]\nid = "a"\nurl = "http:///news"\n', "whole address"),
    "slug in capitals": (HEAD + 'slug = "Tides"\n', "small letters"),
    "tag with a comma": (HEAD + 'tags = ["a,b"]\n', "sources[1].tags[1]"),
    "tag like an option": (HEAD + 'tags = ["-x"]\n', "sources[1].tags[1]"),
    "tags as a text": (HEAD + 'tags = "water"\n', "must be a list"),
    "language in words": (HEAD + 'language = "Portuguese!"\n', "language code"),
    "zone with a space": (HEAD + 'timezone = "New York"\n', "Europe/Berlin"),
    "own header": (HEAD + 'headers = {HOST = "b.example"}\n', "does not set itself"),
    "header with a space": (HEAD + 'headers = {"A B" = "c"}\n', "name of a header"),
    "unknown recipe key": (HEAD + 'recipe = {item = "li", titel = "h2"}\n', "did you mean title"),
    "recipe without item": (HEAD + 'recipe = {title = "h2"}\n', "needs item"),
    "recipe with both": (HEAD + 'recipe = {item = "li", hook = "a:b"}\n', "both selectors and a hook"),
    "hook that is no name": (HEAD + 'recipe = {hook = "os.system(1)"}\n', "package.module:function"),
    "date order": (HEAD + 'recipe = {item = "li", date_order = "DYM"}\n', "did you mean YMD"),
    "channel without a type": ("[channels.phone]\n", "write one of console"),
    "unknown type": ('[channels.phone]\ntype = "aprise"\n', "did you mean apprise"),
    "console with an address": ('[channels.c]\ntype = "console"\nurl = "https://a.example"\n', "is no known key"),
    "webhook without address": ('[channels.h]\ntype = "webhook"\n', "write the address to post to"),
    "webhook to a file": ('[channels.h]\ntype = "webhook"\nurl = "file:///etc/hosts"\n', "will not do"),
    "apprise without a scheme": ('[channels.p]\ntype = "apprise"\nurl = "ntfy"\n', "Apprise URL"),
    "key of another kind": (
        '[channels.h]\ntype = "webhook"\nurl = "https://a.example"\nsecret = "hunter2"\n',
        "whsec_",
    ),
    "channel name with a space": ('[channels."my phone"]\ntype = "console"\n', "without spaces"),
    "rate": ('[channels.c]\ntype = "console"\nrate = "often"\n', "20/m"),
    "rule without a name": ("[[rules]]\n", "rules[1].name: is missing"),
    "unknown kind": ('[[rules]]\nname = "r"\nkinds = ["aded"]\n', "did you mean added"),
    "no cron of a rule": ('[[rules]]\nname = "r"\ndigest = "at eight"\n', "0 8 * * mon-fri"),
    "mail to nobody": (
        '[channels.m]\ntype = "mail"\nurl = "smtp://m.example"\nsender = "w@x.example"\nrecipients = []\n',
        "from 1 to",
    ),
    "no mail address": (
        '[channels.m]\ntype = "mail"\nurl = "smtp://m.example"\nsender = "w"\nrecipients = ["a@b.example"]\n',
        "write a mail address",
    ),
    "no mail server": (
        '[channels.m]\ntype = "mail"\nurl = "mail.example"\nsender = "w@x.example"\nrecipients = ["a@b.example"]\n',
        "smtp://host",
    ),
    "no hours": ('[channels.c]\ntype = "console"\nquiet = "at night"\n', "22:00-07:00"),
    "no kinds": ('[[rules]]\nname = "r"\nkinds = []\n', "from 1 to"),
    "budget of a site in words": (HEAD + '[sites."tides.example"]\nbudget = 200\n', "must be a text"),
    "budget of a site by the week": (HEAD + '[sites."tides.example"]\nbudget = "200/w"\n', "200/d or 20/h"),
    "site without a budget": (HEAD + '[sites."tides.example"]\n', "how many looks in which time"),
    "date for a text": (HEAD + "name = 2025-01-01\n", "a date or time"),
}
"""Name: (text, what the error says)."""

BEYOND_THE_SCHEMA: dict[str, tuple[str, str]] = {
    "failing source left alone for a week": ('[presswatch]\nretry_max = "7d"\n', "1d"),
    "too often for a loopback": (
        '[[sources]]\nid = "a"\nurl = "http://127.0.0.1:8080/news"\nevery = "10s"\n',
        "PRESSWATCH_ALLOW_PRIVATE=127.0.0.1:8080",
    ),
    "too often": (HEAD + 'every = "4m59s"\n', "write 5m or more, or open the address"),
    "all too often": ('[presswatch]\nevery = "1m"\n' + HEAD, "presswatch.every: 1m is too often for sources[1] (a)"),
    "too often by the clock": (HEAD + 'at = "58,2 * * * *"\n', "sources[1].at: 4m between two looks is too often"),
    "each minute": (HEAD + 'at = "* * * * *"\n', "sources[1].at: 1m between two looks is too often"),
    "tried again too often": (
        '[presswatch]\nretry_first = "1s"\n' + HEAD,
        "presswatch.retry_first: 1s is too often for sources[1] (a)",
    ),
    "far too long": ('[presswatch]\nevery = "367d"\n', "must be from 1s to 366d"),
    "same id": (HEAD + HEAD, "already the name of sources[1]"),
    "slug is another's id": (HEAD + HEAD.replace('"a"', '"b"') + 'slug = "a"\n', "sources[2].slug"),
    "unknown channel": (
        HEAD + 'channels = ["fone"]\n[channels.phone]\ntype = "console"\n',
        "did you mean phone",
    ),
    "never": ('[[rules]]\nname = "r"\ndigest = "0 8 30 2 *"\n', "never comes"),
    "host for a site": (
        HEAD.replace("tides.example", "www.example.org") + '[sites."www.example.org"]\nbudget = "9/d"\n',
        "write example.org",
    ),
    "unknown site": (HEAD + '[sites."tide.example"]\nbudget = "9/d"\n', "did you mean tides.example"),
    "budget below what is fixed": (
        HEAD + 'every = "1h"\n' + HEAD.replace('"a"', '"b"') + '[sites."tides.example"]\nbudget = "1/h"\n',
        "is 24 looks a day, but its sources take 25 at least",
    ),
    "both now and later": ('[[rules]]\nname = "r"\nat_once = true\nquiet = "22:00-07:00"\n', "keep one"),
    "unknown channel of a rule": ('[[rules]]\nname = "r"\nchannels = ["phone"]\n', "add a table [channels.phone]"),
    "unknown source of a rule": (HEAD + '[[rules]]\nname = "r"\nsources = ["b"]\n', "there is no source 'b'"),
    "same rule": ('[[rules]]\nname = "r"\n[[rules]]\nname = "r"\n', "already the name of another rule"),
    "unknown zone": ('[presswatch]\ntimezone = "Europe/Berlyn"\n', "did you mean Europe/Berlin"),
    "zone outside the folder": ('[presswatch]\ntimezone = "etc/passwd"\n', "no known time zone"),
    "bad port": ('[[sources]]\nid = "a"\nurl = "http://a.example:99999/"\n', "no usable address"),
    "bad brackets": ('[[sources]]\nid = "a"\nurl = "http://[::1/"\n', "no usable address"),
    "bad selector": (HEAD + 'recipe = {item = "li["}\n', "is no CSS selector"),
    "short key": (
        '[channels.h]\ntype = "webhook"\nurl = "https://a.example"\nsecret = "whsec_AAAA"\n',
        "24 to 64 random bytes",
    ),
    "retries upside down": ('[presswatch]\nretry_first = "2h"\nretry_max = "1h"\n', "longer than retry_max"),
    "two lines": (HEAD + 'name = "a\\nb"\n', "one line"),
    "bidi control": (HEAD + 'name = "a\\u202Eb"\n', "one line"),
}
