/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a root daemon may believe: every way in which somebody else could have written a file. */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "table_test.h"
#include "unit/trusted.h"

#define DIR  TRUSTED "/dir"
#define FILE DIR "/file"
#define LINK TRUSTED "/link"
#define UID  1000

/* root's, and nobody else may write */
#define FOLDER { 0755, 0, 0, 0 }
#define PLAIN  { 0644, 0, 0, 0 }

enum kind { REGULAR, SYMLINK, FIFO, DIRECTORY, NOTHING };

struct place {
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool acl;
};

static const struct {
	const char *why;
	struct place dir, file;
	enum kind kind;
	const char *path; /* NULL: FILE */
	const char *fault, *said; /* NULL: it is trusted */
	int error;
} files[] = {
	{ "root's", FOLDER, PLAIN, REGULAR, NULL, NULL, NULL, 0 },
	{ "root's, by any spelling", FOLDER, PLAIN, REGULAR, "//mnt/./dir/../dir//file", NULL,
	  NULL, 0 },
	{ "root's group may write", { 0775, 0, 0, 0 }, { 0664, 0, 0, 0 }, REGULAR, NULL, NULL,
	  NULL, 0 },
	{ "who may only read is welcome", { 0755, 0, UID, 0 }, { 0644, 0, UID, 0 }, REGULAR, NULL,
	  NULL, NULL, 0 },
	{ "somebody's file", FOLDER, { 0644, UID, 0, 0 }, REGULAR, NULL, FILE,
	  "does not belong to root", -EPERM },
	{ "somebody's file that nobody may write", FOLDER, { 0444, UID, 0, 0 }, REGULAR, NULL,
	  FILE, "does not belong to root", -EPERM },
	{ "everybody's file", FOLDER, { 0646, 0, 0, 0 }, REGULAR, NULL, FILE,
	  "can be written by everybody", -EPERM },
	{ "a group's file", FOLDER, { 0664, 0, UID, 0 }, REGULAR, NULL, FILE,
	  "can be written by its group", -EPERM },
	{ "a file with an ACL", FOLDER, { 0644, 0, 0, 1 }, REGULAR, NULL, FILE, "has an ACL",
	  -EPERM },
	{ "somebody's folder", { 0755, UID, 0, 0 }, PLAIN, REGULAR, NULL, DIR,
	  "does not belong to root", -EPERM },
	{ "everybody's folder", { 0757, 0, 0, 0 }, PLAIN, REGULAR, NULL, DIR,
	  "can be written by everybody", -EPERM },
	{ "sticky does not help", { 01777, 0, 0, 0 }, PLAIN, REGULAR, NULL, DIR,
	  "can be written by everybody", -EPERM },
	{ "a group's folder", { 0775, 0, UID, 0 }, PLAIN, REGULAR, NULL, DIR,
	  "can be written by its group", -EPERM },
	{ "a folder with an ACL", { 0755, 0, 0, 1 }, PLAIN, REGULAR, NULL, DIR, "has an ACL",
	  -EPERM },
	{ "a link", FOLDER, { 0, 0, 0, 0 }, SYMLINK, NULL, FILE, "is a symbolic link", -EPERM },
	{ "a link on the way", FOLDER, PLAIN, REGULAR, LINK "/file", LINK, "is a symbolic link",
	  -EPERM },
	{ "a FIFO", FOLDER, PLAIN, FIFO, NULL, FILE, "is no regular file", -EPERM },
	{ "a device", FOLDER, PLAIN, REGULAR, "/dev/null", "/dev/null", "is no regular file",
	  -EPERM },
	{ "a folder", FOLDER, FOLDER, DIRECTORY, NULL, FILE, "is no regular file", -EPERM },
	{ "the root", FOLDER, PLAIN, REGULAR, "/", "/", "is no regular file", -EPERM },
	{ "nothing", FOLDER, { 0, 0, 0, 0 }, NOTHING, NULL, FILE, "No such file or directory",
	  -ENOENT },
	{ "a file on the way", FOLDER, PLAIN, REGULAR, FILE "/more", FILE, "is no directory",
	  -EPERM },
};

/* "user 1000 may read and write", as setfacl would store it (linux/posix_acl_xattr.h). */
static int set_acl(const char *path)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[5];
	} acl = { 2, { { 0x01, 6, ~0U }, { 0x02, 6, UID }, { 0x04, 4, ~0U }, { 0x10, 6, ~0U },
		       { 0x20, 4, ~0U } } };

	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

static void dress(const char *path, const struct place *place)
{
	cr_assert(zero(int, chown(path, place->uid, place->gid)));
	cr_assert(zero(int, chmod(path, place->mode)));
	if (place->acl && set_acl(path))
		cr_skip_test("no ACLs here");
}

static void make_file(enum kind kind, const struct place *place)
{
	switch (kind) {
	case REGULAR:
		close(open(FILE, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		break;
	case SYMLINK:
		cr_assert(zero(int, symlink("/etc/passwd", FILE)));
		return;
	case FIFO:
		cr_assert(zero(int, mkfifo(FILE, 0600)));
		break;
	case DIRECTORY:
		cr_assert(zero(int, mkdir(FILE, 0700)));
		break;
	case NOTHING:
		return;
	}
	dress(FILE, place);
}

TABLE_TEST(trust, files, files, row)
{
	struct trust_failure failure;
	const char *path = row->path ? row->path : FILE;
	struct stat before, opened;
	int fd;

	trusted_open();
	cr_assert(zero(int, mkdir(DIR, 0700)));
	cr_assert(zero(int, symlink("dir", LINK)));
	make_file(row->kind, &row->file);
	dress(DIR, &row->dir);
	fd = trust_open(path, S_IFREG, &failure);
	if (row->error) {
		cr_assert(eq(int, fd, row->error), "%s", row->why);
		cr_expect(eq(str, failure.path, (char *)row->fault), "%s", row->why);
		cr_expect(eq(str, (char *)failure.why, (char *)row->said), "%s", row->why);
		return;
	}
	cr_assert(ge(int, fd, 0), "%s: %s %s", row->why, failure.path, failure.why);
	cr_assert(zero(int, fstat(fd, &opened)));
	cr_assert(zero(int, stat(FILE, &before)));
	cr_expect(eq(u64, opened.st_ino, before.st_ino), "%s", row->why);
	cr_expect(eq(int, fcntl(fd, F_GETFL) & (O_ACCMODE | O_PATH), O_RDONLY), "%s", row->why);
	cr_expect(eq(int, fcntl(fd, F_GETFD), FD_CLOEXEC), "%s", row->why);
	close(fd);
}

Test(trust, folders)
{
	struct trust_failure failure;

	trusted_open();
	cr_assert(zero(int, mkdir(DIR, 0755)));
	cr_expect(ge(int, trust_open(DIR, S_IFDIR, &failure), 0));
	cr_expect(ge(int, trust_open(DIR "/", S_IFDIR, &failure), 0));
	cr_expect(ge(int, trust_open("/", S_IFDIR, &failure), 0));
	make_file(REGULAR, &(struct place){ 0644, 0, 0, 0 });
	cr_expect(eq(int, trust_open(FILE, S_IFDIR, &failure), -EPERM));
	cr_expect(eq(str, (char *)failure.why, "is no directory"));
}

Test(trust, relative_paths_begin_here)
{
	struct trust_failure failure;

	trusted_open();
	cr_assert(zero(int, mkdir(DIR, 0755)));
	cr_assert(zero(int, chdir(DIR)));
	make_file(REGULAR, &(struct place){ 0644, 0, 0, 0 });
	cr_expect(ge(int, trust_open("file", S_IFREG, &failure), 0));
	cr_expect(ge(int, trust_open("../dir/file", S_IFREG, &failure), 0));
	cr_expect(eq(int, trust_open("", S_IFREG, &failure), -EPERM));
	cr_assert(zero(int, chown(DIR, UID, 0)));
	cr_expect(eq(int, trust_open("file", S_IFREG, &failure), -EPERM));
	cr_expect(eq(str, failure.path, DIR));
}

Test(trust, path_that_is_too_long)
{
	static char path[3 * PATH_MAX];
	struct trust_failure failure;

	memset(path, '/', sizeof(path) - 1);
	cr_expect(eq(int, trust_open(path, S_IFDIR, &failure), -ENAMETOOLONG));
	memset(path + 1, 'a', 1000);
	path[1001] = '\0';
	cr_expect(lt(int, trust_open(path, S_IFDIR, &failure), 0));
}
