# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Puts a guest's root together in a folder and packs it.  No compression: qemu
# copies it into the guest's memory faster than the emulated CPU would unpack it.

# root_base DIR KERNEL: busybox, init, modules
root_base() {
	mkdir -p "$1"/{bin,sbin,usr/bin,usr/sbin,proc,sys,dev,etc,modules,root}
	cp /bin/busybox "$1/bin/busybox"
	busybox --list | sed "s|^|$1/bin/|" | grep -v '/busybox$' | xargs -n1 ln -s busybox
	install "$TOP/tools/lib/guest-init" "$1/init"
	cp "$CACHE/kernel/$2/modules/"* "$1/modules/"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:x:0:' >"$1/etc/group"
}

# root_add DIR HOSTFILE GUESTPATH: one file, with the libraries that it names
root_add() {
	local lib

	install -D "$2" "$1$3"
	{ ldd "$2" 2>/dev/null || :; } | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p' | while read -r lib; do
		[ -e "$1$lib" ] || install -D "$lib" "$1$lib"
	done
}

root_pack() { (cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet) >"$2"; }
