# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # the caller's options
#
# Becomes qemu out of the cache: with its own loader and libraries, so that nothing
# of it has to be installed, and so that a time limit ends qemu, not a shell above it.

qemu_run() {
	local root=$CACHE/qemu/root lib=usr/lib/x86_64-linux-gnu

	exec "$root/lib64/ld-linux-x86-64.so.2" --library-path \
		"$root/lib/x86_64-linux-gnu:$root/$lib:$root/$lib/pulseaudio" \
		"$root/usr/bin/qemu-system-x86_64" \
		-L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -L "$root/usr/lib/ipxe/qemu" "$@"
}
export -f qemu_run
export CACHE

# A machine that no option of the user's can surprise; output: our stdin and stdout
qemu_machine() {
	local limit=$1 log=$2 status=$3
	shift 3

	timeout --foreground -k 5 "$limit" bash -c 'qemu_run "$@"' qemu \
		-nodefaults -no-user-config -display none -no-reboot -machine pc,hpet=off \
		-serial stdio -serial "file:$log" -serial "file:$status" "$@"
}

qemu_accel_options() {
	case $1 in
	kvm) echo '-accel kvm -cpu host' ;;
	tcg) echo '-accel tcg,thread=multi -cpu max' ;;
	esac
}

qemu_boot() {
	local disk=() extra=''

	if [ "$swap" != 0 ]; then
		truncate -s "$swap" "$tmp/swap"
		disk=(-drive "file=$tmp/swap,if=virtio,format=raw,cache=unsafe,discard=unmap")
		extra=boomd.swap
	fi
	exec 7<&0
	[ "$shell" = 1 ] || exec 7</dev/null
	# shellcheck disable=SC2046 # one word an option
	qemu_machine "$timeout" "$klog" "$tmp/status" $(qemu_accel_options "$accel") \
		-smp "$cpus" -m "$memory" -kernel "$CACHE/kernel/$kernel/vmlinuz" -initrd "$tmp/initramfs" \
		${disk[@]+"${disk[@]}"} \
		-append "console=ttyS1 psi=1 panic=-1 oops=panic loglevel=5 $extra $append" \
		<&7 2>"$tmp/qemu.err"
}

# Does kvm boot this stock kernel?  The device's being there says nothing.
qemu_kvm_boots() {
	local tmp=$1

	[ -w /dev/kvm ] || return 1
	# shellcheck disable=SC2046 # one word an option
	qemu_machine 20 "$tmp/probe.klog" "$tmp/probe.status" $(qemu_accel_options kvm) -m 512M \
		-kernel "$CACHE/kernel/$kernel/vmlinuz" -initrd "$tmp/initramfs" \
		-append 'console=ttyS1 panic=-1 boomd.probe' </dev/null >/dev/null 2>&1
	grep -q '^exit 0' "$tmp/probe.status" 2>/dev/null
}

# qemu_accel TMP: kvm or tcg; asked once per boot of this machine, and remembered
qemu_accel() {
	local boot file=$CACHE/accel accel=tcg

	boot=$(cat /proc/sys/kernel/random/boot_id)
	if ! grep -qs "^$boot" "$file"; then
		! qemu_kvm_boots "$1" || accel=kvm
		echo "$boot $accel" >"$file.$$"
		mv "$file.$$" "$file"
	fi
	cut -d' ' -f2 "$file"
}
