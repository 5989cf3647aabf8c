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

// Frees it.
SHAPES_API SHAPES_CALL void shape_free(struct shape_params *params);
SHAPES_API const struct shape_params *shape_default(void);
SHAPES_FORMAT(1, 2)
SHAPES_API void shape_log(const char *format, ...);
SHAPES_DEPRECATED(SHAPES_API int32_t shape_size(
                      const struct shape_params *params),
                  "use shape_area instead");
SIZE_T const shape_limit(void);
extern SHAPES_API int shapes_made;

static inline int shape_count(void) { return 1; }

#ifdef __cplusplus
}
#endif

// NOTE that shape_free (above) is C.
class SHAPES_API Square : public Base {
    int side(int which);
};

#endif
