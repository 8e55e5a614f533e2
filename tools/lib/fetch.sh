# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Guest kernels, the emulator and our peer, unpacked into the cache:
#
#   $CACHE/kernel/6.12/{vmlinuz,version,modules/*.ko,modules/order}
#   $CACHE/kernel/6.12.failed   why it could not be fetched; gone once it could
#   $CACHE/qemu/root/           qemu 10 with all its libraries, its own loader included
#   $CACHE/oomd/{version,root/} Debian's oomd, to be laid over a guest's root
#   $CACHE/oomd.failed          why it could not be fetched; gone once it could

# Some kernels have some of them built in.  What they depend on comes along.
GUEST_MODULES='virtio_pci virtio_blk zram'

# kernel_packages K: names of the newest packages of that series (since 7.0 there are three)
kernel_packages() {
	local names release

	names=$(apt-cache "${APT[@]}" pkgnames linux-)
	release=$(sed -n "s/^linux-image-\(${1//./\\.}\.[^-]*\(-[0-9]*\)\?-cloud-amd64\)$/\1/p" <<<"$names" |
		sort -V | tail -1)
	[ -n "$release" ] || { echo "no cloud kernel $1 in $(kernel_suites "$1")" >&2; return 1; }
	grep -Fx -e "linux-image-$release" -e "linux-binary-$release" -e "linux-modules-$release" \
		<<<"$names"
}

# module_keep FROM TO NAME: unpacked, after those that it depends on; the order is written down
module_keep() {
	local file dep

	[ ! -e "$2/$3.ko" ] || return 0
	file=$(find "$1" -name "$3.ko*" -o -name "${3//_/-}.ko*" | head -1)
	case $file in
	'') return 0 ;;
	*.xz) xz -dc "$file" >"$2/$3.ko" ;;
	*.zst) zstd -qdc "$file" >"$2/$3.ko" ;;
	*) cp "$file" "$2/$3.ko" ;;
	esac
	for dep in $(tr '\0' '\n' <"$2/$3.ko" | sed -n 's/^depends=//p' | tr ',-' ' _'); do
		module_keep "$1" "$2" "$dep"
	done
	echo "$3" >>"$2/order"
}

# kernel_keep FROM TO: of the unpacked packages, keep what a guest needs
kernel_keep() {
	local image mod

	mkdir -p "$2/modules"
	image=$(find "$1" -type f -name 'vmlinuz*' | head -1)
	[ -n "$image" ] || { echo 'the packages hold no vmlinuz' >&2; return 1; }
	cp "$image" "$2/vmlinuz"
	for mod in $GUEST_MODULES; do
		module_keep "$1" "$2/modules" "$mod"
	done
	find "$1" -type d -path '*/lib/modules/*' -prune -printf '%f\n' | head -1 >"$2/version"
}

fetch_kernel_into() {
	local packages

	# shellcheck disable=SC2046 # one word a suite
	apt_root $(kernel_suites "$1") || return 1
	apt_update || return 1
	packages=$(kernel_packages "$1") || return 1
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$2/unpacked" $packages || return 1
	kernel_keep "$2/unpacked" "$2/kept"
}

# fetch_kept DIR WHAT COMMAND...: 0 when DIR is complete afterwards, else DIR.failed says why.
# The command gets a folder more, and makes the folder "kept" in it, with a file "version".
fetch_kept() {
	local dir=$1 what=$2 tmp
	shift 2

	[ ! -s "$dir/version" ] || return 0
	mkdir -p "${dir%/*}"
	tmp=$(mktemp -d "$dir.XXXXXX")
	if "$@" "$tmp" >"$tmp/log" 2>&1; then
		rm -rf "$dir"
		mv "$tmp/kept" "$dir"
		rm -rf "$tmp" "$dir.failed"
		say "  fetched  $what: $(cat "$dir/version")"
		return 0
	fi
	{ echo "$what could not be fetched:"; tail -5 "$tmp/log"; } >"$dir.failed"
	rm -rf "$tmp"
	cat "$dir.failed" >&2
	return 1
}

fetch_kernel() { fetch_kept "$CACHE/kernel/$1" "kernel $1" fetch_kernel_into "$1"; }

fetch_qemu_into() {
	local packages

	apt_root bookworm bookworm-backports || return 1
	apt_update || return 1
	# Against an empty dpkg status apt names the whole closure, so that the result
	# does not depend on what this machine happens to have installed.
	packages=$(apt-get "${APT[@]}" -s --no-install-recommends -t bookworm-backports \
		install qemu-system-x86 | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p') || return 1
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$1/root" $packages || return 1
	sed -n 's/^qemu-system-x86=//p' <<<"$packages" >"$1/version"
	[ -s "$1/version" ]
}

fetch_qemu() {
	local tmp

	[ ! -s "$CACHE/qemu/version" ] || return 0
	mkdir -p "$CACHE"
	tmp=$(mktemp -d "$CACHE/qemu.XXXXXX")
	if fetch_qemu_into "$tmp" >"$tmp/log" 2>&1; then
		rm -rf "$CACHE/qemu"
		mv "$tmp" "$CACHE/qemu"
		say "  qemu     $(cat "$CACHE/qemu/version")"
		return 0
	fi
	{ echo 'qemu could not be fetched:'; tail -5 "$tmp/log"; } >&2
	rm -rf "$tmp"
	return 1
}

# The libraries that oomd itself depends on, with all that they need: what it takes to
# install the package (perl, dpkg) is of no use here.
oomd_packages() {
	local names

	names=$(apt-cache "${APT[@]}" depends --no-pre-depends --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces oomd | sed -n 's/^ *Depends: \([^<]*\)$/\1/p')
	[ -n "$names" ] || { echo 'there is no package oomd'; return 1; }
	# shellcheck disable=SC2086 # one word a package
	apt-get "${APT[@]}" -s --no-install-recommends install $names |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p'
}

# oomd_keep FROM TO: program, loader and libraries in one folder, its configuration where it was
oomd_keep() {
	local lib=$1/lib/x86_64-linux-gnu to=$2/usr/lib/oomd loader=ld-linux-x86-64.so.2 file

	mkdir -p "$to" "$2/usr/bin" "$2/etc"
	cp "$1/usr/bin/oomd" "$lib/$loader" "$to/"
	"$lib/$loader" --library-path "$lib:$1/usr/lib/x86_64-linux-gnu" --list "$1/usr/bin/oomd" |
		sed -n 's/^[^/]* => \(\/[^ ]*\) (0x.*/\1/p' | while read -r file; do
		case $file in
		"$1"/*) cp -L "$file" "$to/" ;;
		*) echo "$file is not from the packages"; return 1 ;;
		esac
	done || return 1
	cp -a "$1/etc/oomd" "$2/etc/"
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
		"/usr/lib/oomd/$loader" /usr/lib/oomd /usr/lib/oomd/oomd >"$2/usr/bin/oomd"
	chmod +x "$2/usr/bin/oomd"
}

fetch_oomd_into() {
	local packages

	apt_root bookworm || return 1
	apt_update || return 1
	packages=$(oomd_packages) || return 1
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$1/unpacked" oomd $packages || return 1
	oomd_keep "$1/unpacked" "$1/kept/root" || return 1
	apt-cache "${APT[@]}" show oomd | sed -n 's/^Version: //p' >"$1/kept/version"
	[ -s "$1/kept/version" ]
}

fetch_oomd() { fetch_kept "$CACHE/oomd" "Debian's oomd" fetch_oomd_into; }
