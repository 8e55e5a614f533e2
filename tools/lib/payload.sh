# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # PAYLOAD is for those who source this
#
# What of a build goes into a guest: the array PAYLOAD, for tools/guest.

payload() {
	local load

	PAYLOAD=(--copy "$O/boomd:/usr/bin/boomd" --copy "$(command -v bpftool):/usr/bin/bpftool")
	PAYLOAD+=(--copy "$O/samples/kill_by_anon.so:/usr/lib/boomd/plugins/kill_by_anon.so")
	for load in "$O"/load/*; do
		PAYLOAD+=(--copy "$load:/usr/bin/${load##*/}")
	done
}

# payload_peer: Debian's oomd too, or why it is not there, which its tests then fail with
payload_peer() {
	local reason=$CACHE/oomd.failed

	if [ -s "$CACHE/oomd/version" ]; then
		PAYLOAD+=(--root "$CACHE/oomd/root")
	elif [ -s "$reason" ]; then
		PAYLOAD+=(--copy "$reason:/usr/lib/oomd.failed")
	fi
}
