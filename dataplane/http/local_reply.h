#ifndef FAIRLEAD_DATAPLANE_HTTP_LOCAL_REPLY_H_
#define FAIRLEAD_DATAPLANE_HTTP_LOCAL_REPLY_H_

// What an operator makes of the responses that this proxy writes itself: the first mapper whose
// condition holds may change the status, the text, fields and the format; the format then makes the
// body of the text. Every local reply passes here once, when it is sent: errors, direct responses
// and redirects alike.
//
//     MapLocalReply(*hcm.local_replies, stream);
//
// Thread: worker; immutable and shared. Owned by the HcmConfig. Source:
// HttpConnectionManager.local_reply_config.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/filters/stream.h"
#include "dataplane/observe/compile_log_format.h"
#include "dataplane/observe/log_filter.h"
#include "dataplane/route/route.h"

namespace fairlead::http {

// SubstitutionFormatString.
struct BodyFormat {
  observe::LineFormat format;
  std::string content_type;
};

// ResponseMapper.
struct LocalReplyMapper {
  std::unique_ptr<const observe::LogFilter> filter;
  // 0: stays.
  uint16_t status = 0;
  std::optional<std::string> body;
  // Null when there are none.
  std::shared_ptr<const route::HeaderEdits> edits;
  // In place of the general one.
  std::optional<BodyFormat> format;
};

struct LocalReplies {
  std::vector<LocalReplyMapper> mappers;
  std::optional<BodyFormat> format;
};

void MapLocalReply(const LocalReplies& replies, filters::Stream& stream);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_LOCAL_REPLY_H_
