#pragma once
#ifndef SHAPES_H
#define SHAPES_H

#include <cstdint>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct shape_context shape_context;

struct shape_params {
    int32_t limit;
};

double shape_area(const struct shape_params *params);

static inline int shape_count(void) { return 1; }

#ifdef __cplusplus
}
#endif

#endif
