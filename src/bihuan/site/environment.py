"""设置: every setting is an environment variable, named once, in this table. docs/settings.md is drawn from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bihuan.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str
    text: Text

    @property
    def value(self) -> str:
        return os.environ.get(self.name, self.default)

    @property
    def is_on(self) -> bool:
        return self.value.lower() in ("1", "true", "yes", "on")


def _table(*settings: Setting) -> dict[str, Setting]:
    return {s.name: s for s in settings}


SETTINGS = _table(
    Setting(
        "BIHUAN_HOME",
        "var",
        Text("状态目录：数据库、证据、密钥、日志", "Folder of all state: database, evidence, keys, logs"),
    ),
    Setting(
        "DATABASE_URL",
        "",
        Text(
            "PostgreSQL 地址；留空用状态目录下的 SQLite",
            "PostgreSQL address; empty means SQLite under BIHUAN_HOME",
        ),
    ),
    Setting("BIHUAN_BIND", "127.0.0.1", Text("监听地址", "Address to listen on")),
    Setting("BIHUAN_PORT", "8710", Text("网页端口", "Port of the pages")),
    Setting("BIHUAN_WEB_PROCESSES", "2", Text("网页进程数", "Processes that serve pages")),
    Setting("BIHUAN_WEB_THREADS", "4", Text("每个网页进程的线程数", "Threads of each process that serves pages")),
    Setting("BIHUAN_LIVE_PORT", "8711", Text("实时事件端口；0 为不用", "Port of the live events; 0 means none")),
    Setting(
        "BIHUAN_LIVE_URL",
        "",
        Text(
            "浏览器访问实时事件的网址；留空为同一主机的实时事件端口",
            "Address at which browsers reach the live events; empty means this host at that port",
        ),
    ),
    Setting(
        "BIHUAN_MONITOR_PORT",
        "8712",
        Text("监测端口（健康检查与 Prometheus 指标）；0 为不用", "Port of health checks and metrics; 0 means none"),
    ),
    Setting(
        "BIHUAN_MONITOR_BIND",
        "127.0.0.1",
        Text(
            "监测端口的监听地址；不是本机地址时必须设置令牌",
            "Address the monitor listens on; any but this machine's own needs a token",
        ),
    ),
    Setting(
        "BIHUAN_MONITOR_TOKEN",
        "",
        Text("读取指标须出示的令牌（Authorization: Bearer）", "Token that readers of metrics must show as a bearer"),
    ),
    Setting(
        "BIHUAN_LOG_FORMAT",
        "",
        Text(
            "日志格式 json 或 line；留空时终端用 line，其余用 json",
            "Form of the log, json or line; empty means line on a terminal and json elsewhere",
        ),
    ),
    Setting(
        "BIHUAN_LOG_LEVEL",
        "info",
        Text(
            "记入日志的最低级别：debug、info、warning、error",
            "From which level on the log is written: debug, info, warning, error",
        ),
    ),
    Setting(
        "BIHUAN_CERTIFICATE",
        "",
        Text(
            "代理所用证书文件的路径，供体检核对有效期",
            "The proxy's certificate file, so that the doctor can look at its end",
        ),
    ),
    Setting(
        "BIHUAN_BACKUP",
        "",
        Text("备份目录；设置后每天 01:30 自动备份", "Folder of the backups; when set, one is made every day at 01:30"),
    ),
    Setting(
        "BIHUAN_HOSTS",
        "127.0.0.1,localhost,[::1]",
        Text("允许的主机名，逗号分隔", "Host names served, comma separated"),
    ),
    Setting(
        "BIHUAN_PUBLIC_URL",
        "",
        Text("对外网址，用于二维码与邮件链接", "Public address, for QR codes and links in mail"),
    ),
    Setting(
        "BIHUAN_HTTPS",
        "0",
        Text("经 HTTPS 代理访问时设为 1：仅安全 Cookie、HSTS", "1 behind an HTTPS proxy: secure cookies, HSTS"),
    ),
    Setting(
        "BIHUAN_PROXIES",
        "0",
        Text("前面可信反向代理的层数", "How many trusted reverse proxies stand in front"),
    ),
    Setting(
        "BIHUAN_DEMO",
        "0",
        Text("演示模式；演示账号只能在此模式存在", "Demo mode; demo accounts exist only in it"),
    ),
    Setting(
        "BIHUAN_AUDIT_ANCHOR",
        "",
        Text("审计锚点文件；建议放在别的磁盘或主机", "Audit anchor file; best on another disk or machine"),
    ),
    Setting(
        "BIHUAN_AUDIT_SYSLOG",
        "",
        Text("审计锚点同时发往的 syslog 地址 host:port", "Syslog host:port that also gets the audit anchors"),
    ),
    Setting(
        "BIHUAN_FIELD_CIPHER",
        "aes-256-gcm",
        Text(
            "身份证件与电话号码入库所用算法：aes-256-gcm 或 sm4-gcm；已写入的值仍可读",
            "Cipher of identity and telephone numbers in the database: aes-256-gcm or sm4-gcm; what lies there stays readable",
        ),
    ),
    Setting(
        "BIHUAN_FIELD_DIGEST",
        "sha256",
        Text(
            "按号码精确查找所用带密钥的摘要：sha256 或 sm3",
            "Keyed digest by which such a number is found: sha256 or sm3",
        ),
    ),
    Setting(
        "BIHUAN_AUDIT_SIGNATURE",
        "ed25519",
        Text(
            "审计封存签名所用算法：ed25519 或 sm2-sm3（国密，需系统 OpenSSL 3.0 以上）；下次更换签名密钥时生效",
            "Signature of the audit's seals: ed25519 or sm2-sm3 (national, by the system's OpenSSL 3.0 or later); in force from the next change of the signing key on",
        ),
    ),
    Setting(
        "BIHUAN_RATES",
        "api=6000 search=240 export=20 upload=1200 public=300",
        Text(
            "每人（未登录者每个地址）每分钟最多多少次；0 为不限。登录另有限制",
            "Requests a minute of one person, or of one address of strangers; 0 is no limit. The login has its own",
        ),
    ),
    Setting(
        "BIHUAN_EXPORT_ROWS",
        "5000",
        Text("一次导出个人信息最多多少条", "Rows an approved export of personal data may have at most"),
    ),
    Setting(
        "BIHUAN_EXPORT_HOURS",
        "72",
        Text("批准的导出文件可下载多少小时", "Hours an approved export can be fetched"),
    ),
    Setting(
        "BIHUAN_MAIL_URL",
        "",
        Text(
            "发信服务 smtp://用户:口令@主机:端口；留空不发邮件",
            "smtp://user:password@host:port; empty sends no mail",
        ),
    ),
    Setting("BIHUAN_MAIL_FROM", "bihuan@localhost", Text("发件人", "Sender of mail")),
    Setting(
        "BIHUAN_WEBHOOK_ALLOW",
        "",
        Text(
            "允许 Webhook 推送的内网主机名或网段，逗号分隔；其余只能推送到公网",
            "Internal host names or networks webhooks may post to, comma separated; otherwise only public ones",
        ),
    ),
    Setting(
        "BIHUAN_WEBHOOK_HTTP",
        "0",
        Text("设为 1 允许不加密的 http Webhook", "1 allows webhooks over plain http"),
    ),
    Setting("BIHUAN_OIDC_ISSUER", "", Text("OIDC 发行者；留空不启用", "OIDC issuer; empty means off")),
    Setting("BIHUAN_OIDC_CLIENT", "", Text("OIDC 客户端编号", "OIDC client id")),
    Setting("BIHUAN_OIDC_SECRET", "", Text("OIDC 客户端密钥", "OIDC client secret")),
    Setting(
        "BIHUAN_HEARTBEAT_URL",
        "",
        Text("看门狗心跳发往的外部地址", "Outside address that gets the watchdog's heartbeat"),
    ),
    Setting(
        "BIHUAN_ALARM_MAIL",
        "",
        Text(
            "系统自身故障时看门狗直接发邮件给谁，逗号分隔；需要 BIHUAN_MAIL_URL",
            "Who gets the watchdog's mail about the system's own faults, comma separated; needs BIHUAN_MAIL_URL",
        ),
    ),
    Setting(
        "BIHUAN_MAP_TILES",
        "",
        Text("地图瓦片地址模板；留空不用底图", "Map tile address template; empty draws no background"),
    ),
    Setting(
        "BIHUAN_LANGUAGE",
        "",
        Text("命令行语言 zh 或 en；留空看终端的 LANG", "Language of the command line, zh or en; empty goes by LANG"),
    ),
    Setting(
        "BIHUAN_STREAMS",
        "auto",
        Text(
            "监测数据平面是否随 bihuan up 启动：auto 为已安装 stream 附加包时启动，1 必须启动，0 不启动",
            "Whether bihuan up starts the telemetry plane: auto when the stream extra is installed, 1 always, 0 never",
        ),
    ),
    Setting(
        "BIHUAN_BUS_URL",
        "",
        Text("外部总线地址，逗号分隔；留空由本机启动", "Addresses of an external bus; empty starts our own"),
    ),
    Setting("BIHUAN_BUS_USER", "bihuan", Text("外部总线的用户", "Our user at an external bus")),
    Setting("BIHUAN_BUS_PASSWORD", "", Text("外部总线的口令", "Our password at an external bus")),
    Setting("BIHUAN_BUS_HOST", "127.0.0.1", Text("总线监听地址", "Host of every listener of our bus")),
    Setting("BIHUAN_BUS_PORT", "4222", Text("总线端口", "Port of the bus")),
    Setting("BIHUAN_BUS_MQTT_PORT", "1883", Text("MQTT 端口；0 为不开", "Port of MQTT; 0 keeps it closed")),
    Setting(
        "BIHUAN_BUS_MONITOR_PORT", "0", Text("总线自带监控端口；0 为不开", "Port of the bus's own page; 0 means none")
    ),
    Setting("BIHUAN_BUS_MAX_STORE", "64GB", Text("总线可用的磁盘", "Disk the bus may use")),
    Setting("BIHUAN_BUS_REPLICAS", "1", Text("集群中每条流的份数", "Copies of each stream in a cluster")),
    Setting(
        "BIHUAN_HISTORY_SEGMENT_SECONDS",
        "30",
        Text("历史库至迟多少秒写成一个文件", "After how many seconds at the latest history writes a file"),
    ),
    Setting("BIHUAN_DEBUG", "0", Text("调试模式，仅供开发", "Debug mode, for development only")),
)


def setting(name: str) -> str:
    return SETTINGS[name].value


def is_on(name: str) -> bool:
    return SETTINGS[name].is_on


def rates() -> dict[str, int]:
    """`api=600 search=120` as numbers; what isn't a number stops the start."""
    return {name: int(most) for name, _, most in (part.partition("=") for part in setting("BIHUAN_RATES").split())}


def home() -> Path:
    return Path(setting("BIHUAN_HOME")).resolve()


def override(**values: str) -> None:
    """Settings for the processes started from here on, where a command of ours decides them (the demo's own home)."""
    if unknown := set(values) - set(SETTINGS):
        raise KeyError(f"no such settings: {sorted(unknown)}")
    os.environ.update(values)
