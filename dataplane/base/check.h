#ifndef FAIRLEAD_DATAPLANE_BASE_CHECK_H_
#define FAIRLEAD_DATAPLANE_BASE_CHECK_H_

// FL_CHECK ends the process when an invariant is broken that would corrupt traffic; it stays on in
// release builds. FL_DCHECK is for checks that cost time: on in debug and sanitizer builds. Neither
// ever judges a peer's input. Thread: any.

#include <cstdio>
#include <cstdlib>

namespace fairlead::internal {

[[noreturn]] inline void CheckFailed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
  std::abort();
}

}  // namespace fairlead::internal

#define FL_CHECK(condition) \
  ((condition) ? (void)0 : ::fairlead::internal::CheckFailed(#condition, __FILE__, __LINE__))

#ifdef FAIRLEAD_DCHECK
#define FL_DCHECK(condition) FL_CHECK(condition)
#else
#define FL_DCHECK(condition) ((void)sizeof(!(condition)))
#endif

#endif  // FAIRLEAD_DATAPLANE_BASE_CHECK_H_
