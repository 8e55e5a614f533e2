/* SPDX-License-Identifier: GPL-2.0-only */
/* Small things about the decision record: names of its values, paths that fit. */
#include "report/decision.h"

#include <string.h>

#define CUT "..."

struct decision_candidate *decision_find(struct decision *decision, uint64_t id)
{
	size_t nr = decision->nr_candidates;

	if (nr > DECISION_CANDIDATES_MAX)
		nr = DECISION_CANDIDATES_MAX;
	for (size_t i = 0; i < nr; i++) {
		if (decision->candidates[i].id == id)
			return &decision->candidates[i];
	}
	return NULL;
}

/* The end of a path says more than its beginning. Never begins inside a UTF-8 character. */
void decision_set_path(char *dst, size_t size, const char *path)
{
	size_t length = strlen(path), cut = sizeof(CUT) - 1;

	if (!size)
		return;
	if (length < size) {
		memcpy(dst, path, length + 1);
		return;
	}
	if (size <= cut + 1) {
		dst[0] = '\0';
		return;
	}
	path += length - (size - 1 - cut);
	while (((unsigned char)*path & 0xc0) == 0x80)
		path++;
	memcpy(dst, CUT, cut);
	memcpy(dst + cut, path, strlen(path) + 1);
}

const char *decision_outcome_name(enum decision_outcome outcome)
{
	switch (outcome) {
	case DECISION_NONE:
		return "nothing tried";
	case DECISION_DRY:
		return "dry run";
	case DECISION_PENDING:
		return "signalled";
	case DECISION_RECOVERED:
		return "recovered";
	case DECISION_STUCK:
		return "stuck";
	case DECISION_FAILED:
		return "failed";
	case DECISION_NO_CANDIDATE:
		return "no candidate";
	case DECISION_GONE:
		return "gone by itself";
	}
	return "unknown";
}

const char *candidate_fate_name(enum candidate_fate fate)
{
	switch (fate) {
	case CANDIDATE_NOT_TRIED:
		return "not tried";
	case CANDIDATE_CHOSEN:
		return "chosen";
	case CANDIDATE_DESCENDED:
		return "descended";
	case CANDIDATE_EMPTY:
		return "empty";
	case CANDIDATE_PROTECTED:
		return "protected";
	case CANDIDATE_FAILED:
		return "failed";
	case CANDIDATE_GONE:
		return "gone by itself";
	}
	return "unknown";
}
