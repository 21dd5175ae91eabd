#ifndef FAIRLEAD_DATAPLANE_BASE_FILE_H_
#define FAIRLEAD_DATAPLANE_BASE_FILE_H_

// Whole files, for configuration and start-up. Errors say what failed and why, without the path,
// which the caller names in its own way.
//
//     auto text = ReadFile(path, kBytesMax);
//     if (!text.ok()) return Annotate(text.status(), path);   // "a.yaml: cannot open: No such file
//                                                             // or directory"
//
// Thread: any; blocks on the disk. Limits: the caller's.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fairlead {

// A pipe gives what is in it now; a folder is an error.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t bytes_max);
// In place of what was there (mode 0644 when nothing was).
absl::Status WriteFile(const std::string& path, std::string_view bytes);

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_FILE_H_
