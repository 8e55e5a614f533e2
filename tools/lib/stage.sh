# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Stages of a test run: each runs a command with its output in a log, adds
# Criterion's counters to the totals, and prints one line; more when it failed.
# What failed without a counter (a build, a crash, a guest) counts as one failure.

PASSED=0
FAILED=0
LOGS=$O/test

# Sums of "Tested: 3 | Passing: 2 | ..." over a log: tested, passing, skipped
counters() {
	sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
		/Synthesis: Tested:/ {
			match($0, /Tested: [0-9]+/); tested += substr($0, RSTART + 8, RLENGTH - 8)
			match($0, /Passing: [0-9]+/); passing += substr($0, RSTART + 9, RLENGTH - 9)
		}
		/^\[SKIP\]/ { skipped++ }
		END { print tested + 0, passing + 0, skipped + 0 }'
}

# What a reader wants to see of a failed stage's log: the assertions that failed, or
# where it ended when none did (a build, a guest).
details() {
	local text

	text=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -avE '^\[----\] *$|^\[----\] Criterion')
	if grep -q '^\[FAIL\]' <<<"$text"; then
		text=$(grep -aE '^(\[----\]|\[FAIL\]|guest:)' <<<"$text")
	else
		text=$(grep -avE '^\[(PASS|SKIP)\]' <<<"$text" | tail -n 40)
	fi
	printf '    | %s\n' "${text//$'\n'/$'\n    | '}"
	say "    the whole log: $1"
}

# since START [END]: END is now, where it is not given
since() { awk -v a="$1" -v b="${2:-$EPOCHREALTIME}" 'BEGIN { printf "%.1f s", b - a }'; }

# stage NAME WHAT COMMAND...
# STAGE_START and STAGE_END, where set, are when the command really ran.
stage() {
	local name=$1 what=$2 log=$LOGS/$1.log start=${STAGE_START:-$EPOCHREALTIME} status=0 reason=''
	local tested passing skipped failed
	shift 2

	mkdir -p "$LOGS"
	"$@" >"$log" 2>&1 </dev/null || status=$?
	read -r tested passing skipped < <(counters "$log")
	failed=$((tested - passing))
	if [ "$tested" = 0 ] && grep -q 'Running [0-9]* test' "$log"; then
		failed=1 reason=", the run broke off (exit status $status)"
	elif [ "$tested" = 0 ]; then
		failed=1 reason=', not one test ran'
	elif [ $status != 0 ] && [ $failed = 0 ]; then
		failed=1 reason=", exit status $status"
	fi
	PASSED=$((PASSED + passing))
	FAILED=$((FAILED + failed))
	[ "$skipped" = 0 ] || reason="$reason, $skipped skipped"
	printf '  %-8s %-28s %4d passed, %d failed%s  (%s)\n' "$name" "$what" "$passing" "$failed" \
		"$reason" "$(since "$start" "${STAGE_END:-}")"
	[ $failed = 0 ] || details "$log"
}

# The last line of the run, and its exit status
totals() {
	say "$PASSED passed, $FAILED failed"
	[ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}
