/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices and coefficients from the command line. Start-up only. */
#include "devices.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct io_coefficients devices_default_coefficients[BOOMD_DEVICE_CLASSES] = {
	[BOOMD_DEVICE_SSD] = { .read_ios = 1.21e-2, .read_bytes = 6.25e-7, .write_ios = 1.07e-3,
			       .write_bytes = 2.61e-7, .discard_ios = 2.37e-2,
			       .discard_bytes = 9.10e-10 },
	[BOOMD_DEVICE_HDD] = { .read_ios = 2.58e-1, .read_bytes = 1.13e-7, .write_ios = 1.31e-3,
			       .write_bytes = 5.04e-7 },
};

static int read_class(const char *sys_block, struct boomd_device *device)
{
	char path[PATH_MAX];
	int rotational, nr;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%u:%u/queue/rotational", sys_block, device->major,
		 device->minor);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	nr = fscanf(file, "%d", &rotational);
	fclose(file);
	if (nr != 1 || (rotational != 0 && rotational != 1))
		return -EINVAL;
	device->device_class = rotational ? BOOMD_DEVICE_HDD : BOOMD_DEVICE_SSD;
	device->used = 1;
	return 0;
}

/* "8:0" up to a comma or the end; *text moves behind it. */
static int parse_one(const char **text, struct boomd_device *device)
{
	int length = 0;

	if (**text < '0' || **text > '9' ||
	    sscanf(*text, "%9u:%9u%n", &device->major, &device->minor, &length) != 2)
		return -EINVAL;
	if ((*text)[length] && (*text)[length] != ',')
		return -EINVAL;
	*text += length + ((*text)[length] == ',');
	return 0;
}

int devices_parse(const char *text, const char *sys_block, struct boomd_device *ret_devices,
		  size_t *ret_nr, const char **ret_bad)
{
	struct boomd_device devices[BOOMD_DEVICES_MAX] = { 0 };
	size_t nr = 0;

	do {
		int err;

		*ret_bad = text;
		if (nr == BOOMD_DEVICES_MAX)
			return -E2BIG;
		err = parse_one(&text, &devices[nr]);
		if (!err)
			err = read_class(sys_block, &devices[nr]);
		if (err)
			return err;
		nr++;
	} while (*text);
	memcpy(ret_devices, devices, nr * sizeof(*devices));
	*ret_nr = nr;
	return 0;
}

int devices_parse_coefficients(const char *text, struct io_coefficients *ret_coefficients)
{
	double values[6] = { 0 };

	for (size_t i = 0; i < 6; i++) {
		char *end;

		values[i] = strtod(text, &end);
		if (end == text || !isfinite(values[i]) || values[i] < 0 || (*end && *end != ','))
			return -EINVAL;
		if (!*end)
			break;
		if (i == 5)
			return -EINVAL;
		text = end + 1;
	}
	*ret_coefficients = (struct io_coefficients){
		.read_ios = values[0], .read_bytes = values[1], .write_ios = values[2],
		.write_bytes = values[3], .discard_ios = values[4], .discard_bytes = values[5],
	};
	return 0;
}
