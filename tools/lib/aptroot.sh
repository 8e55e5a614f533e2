# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A private apt root: own source list, own state, own cache, so that packages of
# other suites can be downloaded and verified without touching the system's
# sources.  They are unpacked with dpkg -x, never installed.  The mirror is the
# one that this machine already uses.  One root per set of suites: a suite that
# is missing takes only its own packages with it.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The address of the first Debian archive in the system's sources.
apt_mirror() {
	# shellcheck disable=SC2016 # these are apt's placeholders
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk '$2 ~ /^(bookworm|oldstable|stable|trixie)$/ && $3 == "main" { print $1; exit }'
}

# apt_root SUITE...: choose the root; fills the array APT with the options for every apt tool.
apt_root() {
	local suites=$* mirror suite dir

	dir=$CACHE/apt/${suites// /+}
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	mirror=$(apt_mirror)
	[ -n "$mirror" ] || { echo 'no Debian archive among the sources of apt'; return 1; }
	: >"$dir/status"
	for suite in $suites; do
		echo "deb [arch=amd64 signed-by=$KEYRING] $mirror $suite main"
	done >"$dir/sources.list"
	APT=(-qq -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State="$dir" -o Dir::State::Lists="$dir/lists" -o Dir::State::status="$dir/status"
		-o Dir::Cache="$dir" -o APT::Architecture=amd64 -o APT::Architectures=amd64
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3
		-o APT::Update::Post-Invoke::= -o Debug::NoLocking=true)
}

apt_update() { apt-get "${APT[@]}" update; }

# apt_unpack DIR PACKAGE[=VERSION]...: download, verify and unpack
apt_unpack() {
	local dir=$1 tmp deb
	shift

	tmp=$(mktemp -d "$CACHE/debs.XXXXXX")
	if ! (cd "$tmp" && apt-get "${APT[@]}" download "$@"); then
		rm -rf "$tmp"
		return 1
	fi
	mkdir -p "$dir"
	for deb in "$tmp"/*.deb; do
		dpkg -x "$deb" "$dir" || { rm -rf "$tmp"; return 1; }
	done
	rm -rf "$tmp"
}
