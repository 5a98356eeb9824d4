// SPDX-License-Identifier: GPL-2.0-only
/* The services of this kernel; the order is that of enum model_service_id. */
#include <linux/interrupt.h>
#include <model/service.h>

const struct model_service model_services[NR_MODEL_SERVICES] = {
	[MODEL_SERVICE_SOFTIRQ] = { "tasklet", __do_softirq },
};
