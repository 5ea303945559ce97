/* SPDX-License-Identifier: GPL-2.0 */
/* Reads an .expect file as text. */
#include "cmd/expect_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

int expect_file__read(const char *path, struct blob *text)
{
	FILE *in = fopen(path, "re"), *out;
	char buf[4096], *bytes = NULL;
	size_t n, len = 0;
	int err = in ? 0 : errno;

	out = in ? open_memstream(&bytes, &len) : NULL;
	if (in && !out)
		err = errno;
	while (out && (n = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, n, out);
	if (in && ferror(in))
		err = EIO;
	if (in)
		fclose(in);
	if (out && fclose(out))
		err = ENOMEM;
	if (err) {
		free(bytes);
		log_error("cannot read %s: %s", path, strerror(err));
		return -err;
	}
	*text = (struct blob){bytes, len};
	return 0;
}

int expect_file__load(struct expect_file *f, const char *path)
{
	f->path = path;
	if (expect_file__read(path, &f->text))
		return -1;
	f->expect = expect_file__parse(&f->text, path);
	if (!f->expect)
		return -1;
	f->n_cases = expect__cases(f->expect, &f->cases);
	return 0;
}

void expect_file__free(struct expect_file *f)
{
	expect__free(f->expect);
	free((char *)f->text.bytes);
}

struct expect *expect_file__parse(const struct blob *text, const char *path)
{
	FILE *in = fmemopen((char *)text->bytes, text->len, "r");
	struct expect *ex = NULL;
	char err[512] = "";

	if (in) {
		ex = expect__parse(in, path, err, sizeof(err));
		fclose(in);
	}
	if (!ex)
		log_error("%s%s", in ? "" : "cannot read claims: ", in ? err : strerror(errno));
	return ex;
}
