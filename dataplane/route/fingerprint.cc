#include "dataplane/route/fingerprint.h"

#include "absl/hash/hash.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "xxhash.h"

namespace fairlead::route {

Fingerprint Fingerprinter::Of(std::string_view bytes) {
  // Abseil seeds its hashes for each process.
  static const uint64_t seed = absl::Hash<int>()(1);
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.low64, hash.high64};
}

Fingerprint Fingerprinter::Of(const google::protobuf::Message& message) {
  const size_t size = message.ByteSizeLong();
  if (bytes_.size() < size) bytes_.resize(size);
  {
    // The last bytes are there when the stream is gone.
    google::protobuf::io::ArrayOutputStream out(bytes_.data(), static_cast<int>(bytes_.size()));
    google::protobuf::io::CodedOutputStream coded(&out);
    coded.SetSerializationDeterministic(true);
    message.SerializeWithCachedSizes(&coded);
  }
  return Of(std::string_view(bytes_.data(), size));
}

}  // namespace fairlead::route
