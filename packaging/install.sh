#!/bin/sh
# 安装 · Installs Bihuan from this folder. Needs Python 3.11 or later with venv; no network, no compiler.
#
#   sudo ./install.sh                      into /usr/local/lib/bihuan, state in /var/lib/bihuan, as a service
#   ./install.sh --prefix DIR --no-service into a folder of your own, as yourself
#   ./install.sh --root DIR                into the tree of another system (an image): no account is made, nothing started
#
# An installation that is there is upgraded: the new release is put beside the old one, `bihuan upgrade` backs up,
# migrates and verifies; if that fails the old release goes on. Nothing of the state is deleted.
set -eu
here=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd)
prefix=/usr/local/lib/bihuan home=/var/lib/bihuan service=yes python=${PYTHON:-} root=

while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=$2; shift 2 ;;
        --home) home=$2; shift 2 ;;
        --python) python=$2; shift 2 ;;
        --no-service) service=no; shift ;;
        --root) root=$(CDPATH='' cd -P -- "$2" && pwd); shift 2 ;;
        *) sed -n '2,10p' "$0"; exit 2 ;;
    esac
done

say() { printf '%s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

[ "$service" = no ] || [ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "a service needs root; otherwise use --prefix DIR --no-service"

say "1/5 核对校验和 · checking the files"
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || fail "files are missing or altered; copy the bundle again"
machine=$(cat "$here/ARCHITECTURE")
[ "$(uname -m)" = "$machine" ] || fail "this bundle is for $machine, this machine is $(uname -m)"

say "2/5 查找 Python · looking for Python"
tags=$(cat "$here/PYTHONS")
usable() {
    "$1" -c 'import sys, venv, ensurepip, sqlite3, ssl; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}
if [ -z "$python" ]; then
    for candidate in $(for tag in $tags; do printf 'python%s ' "$tag"; done) python3; do
        found=$(usable "$candidate") || continue
        case " $tags " in *" $found "*) python=$(command -v "$candidate"); break ;; esac
    done
fi
[ -n "$python" ] || fail "none of Python $tags with venv was found; install one from the system's own medium (python3, python3-venv)"
found=$(usable "$python") || fail "$python lacks venv, ensurepip, sqlite3 or ssl"
case " $tags " in *" $found "*) ;; *) fail "the bundle is for Python $tags, $python is $found" ;; esac

version=$(cat "$here/VERSION")
release=$root$prefix/releases/$version
say "3/5 安装 · installing $version into $release"
before=$(readlink "$root$prefix/current" 2>/dev/null || true)
[ "$before" != "$prefix/releases/$version" ] || fail "$version is installed already"
# Nothing points at it before the last step: what was broken off is made anew.
rm -rf "$release"
mkdir -p "$root$prefix/releases"
"$python" -m venv "$release"
pip() { "$release/bin/python" -m pip "$@" -q --no-index --no-deps --disable-pip-version-check; }
pip install --find-links "$here/wheels" --only-binary :all: --require-hashes -r "$here/requirements.txt" \
    || fail "the packages could not be installed"
pip install "$here"/wheels/bihuan-*.whl || fail "Bihuan's own package could not be installed"
cp -R "$here/docs" "$here/uninstall.sh" "$here/systemd" "$here/nginx.conf.sample" "$release/"

# What runs in the end knows nothing of the folder it was prepared in.
if [ -n "$root" ]; then
    grep -rlI --null "$release" "$release/bin" "$release/pyvenv.cfg" | xargs -0 sed -i "s|$release|$prefix/releases/$version|g"
fi

if [ "$service" = yes ]; then
    say "4/5 账号与目录 · account and folders"
    own() { [ -n "$root" ] || chown "$@"; }
    [ -n "$root" ] || id bihuan >/dev/null 2>&1 || useradd --system --home-dir "$home" --shell /usr/sbin/nologin bihuan
    install -d -m 0700 "$root$home"
    own bihuan:bihuan "$root$home"
    install -d -m 0755 "$root/etc/bihuan" "$root/etc/systemd/system" "$root/usr/local/bin"
    settings=$root/etc/bihuan/bihuan.env
    if [ ! -f "$settings" ]; then
        sed "s|@HOME@|$home|" "$here/bihuan.env.sample" >"$settings"
        own root:bihuan "$settings"
        chmod 0640 "$settings"
    fi
    printf '#!/bin/sh\nset -a\n. /etc/bihuan/bihuan.env\nset +a\nif [ "$(id -u)" = 0 ]; then exec runuser -u bihuan -- "%s/current/bin/bihuan" "$@"; fi\nexec "%s/current/bin/bihuan" "$@"\n' "$prefix" "$prefix" >"$root/usr/local/bin/bihuan"
    chmod 0755 "$root/usr/local/bin/bihuan"
    if [ -d "$here/fonts" ]; then
        install -d "$root/usr/local/share/fonts/bihuan"
        cp "$here"/fonts/* "$root/usr/local/share/fonts/bihuan/"
        [ -n "$root" ] || ! command -v fc-cache >/dev/null || fc-cache -f /usr/local/share/fonts/bihuan || true
    fi
    sed "s|@PREFIX@|$prefix|g; s|@HOME@|$home|g" "$here/systemd/bihuan.service" >"$root/etc/systemd/system/bihuan.service"
    [ -n "$root" ] || systemctl daemon-reload
    run() { (set -a; . /etc/bihuan/bihuan.env; set +a; exec runuser -u bihuan -- "$@"); }
else
    say "4/5 不建服务 · no service; state in $home unless BIHUAN_HOME says otherwise"
    run() { (BIHUAN_HOME=${BIHUAN_HOME:-$home}; export BIHUAN_HOME; exec "$@"); }
fi

say "5/5 启用 · making it the current release"
if [ -z "$root" ] && [ -n "$before" ] && [ -x "$before/bin/bihuan" ]; then
    [ "$service" = no ] || systemctl stop bihuan || true
    if ! run "$release/bin/bihuan" upgrade; then
        [ "$service" = no ] || systemctl start bihuan
        fail "the upgrade failed and was taken back; $before goes on"
    fi
fi
ln -sfn "$prefix/releases/$version" "$root$prefix/current.new"
mv -T "$root$prefix/current.new" "$root$prefix/current"
if [ -n "$root" ]; then
    say "已放入 $root：在那个系统里建账号 bihuan，再 systemctl enable --now bihuan"
    say "Placed into $root: there, make the account bihuan, then systemctl enable --now bihuan"
elif [ "$service" = yes ]; then
    systemctl enable --now bihuan
    say "已安装。首次登录口令在 $home/first-login.txt；体检：bihuan doctor"
    say "Installed. The first passwords are in $home/first-login.txt; then: bihuan doctor"
else
    say "已安装 · installed: $prefix/current/bin/bihuan"
fi
