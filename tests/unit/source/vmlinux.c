/* SPDX-License-Identifier: GPL-2.0-only */
/* vmlinux.h has nothing that no program touches: what is not in the object's BTF would go
 * unchecked. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "bpf/boomd.skel.h"
#include "table_test.h"

static bool is_name_char(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* "struct name {" or "enum name {" at the beginning of a line */
static bool definition(const char *line, const char *keyword, char *ret_name, size_t size)
{
	size_t len = strlen(keyword), end;

	if (strncmp(line, keyword, len) || line[len] != ' ')
		return false;
	for (end = len + 1; is_name_char(line[end]); end++)
		;
	if (end == len + 1 || strncmp(line + end, " {", 2))
		return false;
	snprintf(ret_name, size, "%.*s", (int)(end - len - 1), line + len + 1);
	return true;
}

Test(vmlinux, every_type_is_touched_by_a_program)
{
	size_t bytes, nr = 0;
	const void *elf = boomd_bpf__elf_bytes(&bytes);
	struct bpf_object *object = bpf_object__open_mem(elf, bytes, NULL);
	FILE *header = fopen("vmlinux/vmlinux.h", "re");
	char line[256], name[128];

	cr_assert(ne(ptr, object, NULL));
	cr_assert(ne(ptr, header, NULL), "run from the top folder");
	while (fgets(line, sizeof(line), header)) {
		__u32 kind = BTF_KIND_STRUCT;

		if (!definition(line, "struct", name, sizeof(name))) {
			if (!definition(line, "enum", name, sizeof(name)))
				continue;
			kind = BTF_KIND_ENUM;
		}
		cr_expect(gt(int, btf__find_by_name_kind(bpf_object__btf(object), name, kind), 0),
			  "%s is in vmlinux.h, and no program needs it", name);
		nr++;
	}
	cr_expect(ge(sz, nr, 30));
	fclose(header);
	bpf_object__close(object);
}
