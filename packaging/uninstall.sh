#!/bin/sh
# 卸载 · Takes the program away and leaves the state, the settings and the backups where they are.
#   uninstall.sh [--root DIR] [PREFIX]
set -eu
root=
if [ "${1:-}" = --root ]; then root=$2; shift 2; fi
prefix=${1:-/usr/local/lib/bihuan}
[ -d "$root$prefix/releases" ] || { printf 'uninstall: %s holds no installation\n' "$root$prefix" >&2; exit 1; }
unit=$root/etc/systemd/system/bihuan.service
if { [ -n "$root" ] || [ "$(id -u)" = 0 ]; } && [ -f "$unit" ] && grep -q "$prefix/current" "$unit"; then
    [ -n "$root" ] || systemctl disable --now bihuan || true
    rm -f "$unit" "$root/usr/local/bin/bihuan"
    rm -rf "$root/usr/local/share/fonts/bihuan"
    [ -n "$root" ] || systemctl daemon-reload
fi
rm -rf "$root$prefix/releases" "$root$prefix/current"
rmdir "$root$prefix" 2>/dev/null || true
printf '已卸载程序；数据、/etc/bihuan 和备份都还在。 · Removed; state, /etc/bihuan and backups are still there.\n'
