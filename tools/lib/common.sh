# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where things are, and how the scripts talk.  Sourced, never run.
#
#   O=DIR            build folder (default: build, under the project's root)
#   BOOMD_CACHE=DIR  kernels and qemu; several worktrees may share one (default: $O/cache)

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
O=${O:-build}
case $O in /*) ;; *) O=$TOP/$O ;; esac
CACHE=${BOOMD_CACHE:-$O/cache}
case $CACHE in /*) ;; *) CACHE=$TOP/$CACHE ;; esac
ME=${0##*/}

# Every kernel that boomd is tested on: number, and the suites that carry it.
KERNEL_TABLE='
6.1	bookworm
6.12	bookworm-backports
6.18	trixie-backports
7.3	trixie-backports
'
# shellcheck disable=SC2034 # for those who source this
ALL_KERNELS=$(awk '{ print $1 }' <<<"$KERNEL_TABLE" | xargs)

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "$ME" "$*" >&2; }
die() {
	warn "$*"
	exit 1
}

kernel_suites() { awk -v k="$1" -F'\t' '$1 == k { print $2 }' <<<"$KERNEL_TABLE"; }

# run_make OUT ARGUMENT...
run_make() {
	local out=$1 quiet=-s
	shift

	[ "${V:-0}" != 1 ] || quiet=''
	"${MAKE:-make}" -C "$TOP" $quiet --no-print-directory -j"$(nproc)" O="$out" V="${V:-0}" "$@"
}
