#!/bin/sh
# 卸载 · Takes the program away and leaves the state, the settings and the backups where they are.
set -eu
prefix=${1:-/usr/local/lib/bihuan}
[ -d "$prefix/releases" ] || { printf 'uninstall: %s holds no installation\n' "$prefix" >&2; exit 1; }
if [ "$(id -u)" = 0 ] && [ -f /etc/systemd/system/bihuan.service ] && grep -q "$prefix/current" /etc/systemd/system/bihuan.service; then
    systemctl disable --now bihuan || true
    rm -f /etc/systemd/system/bihuan.service /usr/local/bin/bihuan
    rm -rf /usr/local/share/fonts/bihuan
    systemctl daemon-reload
fi
rm -rf "$prefix/releases" "$prefix/current"
rmdir "$prefix" 2>/dev/null || true
printf '已卸载程序；数据、/etc/bihuan 和备份都还在。 · Removed; state, /etc/bihuan and backups are still there.\n'
