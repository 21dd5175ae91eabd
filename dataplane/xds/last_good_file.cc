#include "dataplane/xds/last_good_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "dataplane/base/status.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr std::string_view kFormat = "FLGOOD1\n";
constexpr size_t kHashBytes = 16;
constexpr size_t kHeadBytes = kFormat.size() + kHashBytes;

std::string HashBytes(std::string_view payload) {
  const ContentHash hash = HashOf(payload);
  std::string bytes;
  for (const uint64_t half : {hash.low, hash.high}) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(half >> shift));
  }
  return bytes;
}

void WriteSized(std::string_view bytes, CodedOutputStream& out) {
  out.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  out.WriteRaw(bytes.data(), static_cast<int>(bytes.size()));
}

bool ReadSized(CodedInputStream& in, std::string& bytes) {
  uint32_t size = 0;
  return in.ReadVarint32(&size) && in.ReadString(&bytes, static_cast<int>(size));
}

DeltaDiscoveryResponse ResourcesOf(const TypeStatus& status, ResourceType type) {
  DeltaDiscoveryResponse response;
  response.set_type_url(std::string(TypeUrl(type)));
  for (const auto& [name, accepted] : status.accepted()) {
    if (accepted.is_static) continue;
    auto& resource = *response.add_resources();
    resource.set_name(name);
    resource.set_version(accepted.version);
    resource.mutable_resource()->set_type_url(response.type_url());
    resource.mutable_resource()->set_value(accepted.bytes);
  }
  return response;
}

absl::Status Failed(std::string_view step, const std::string& path) {
  return absl::UnavailableError(StrCat(path, ": ", step, ": ", std::strerror(errno)));
}

// A file descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(fd) != 0) return Failed("fsync", path);
  return absl::OkStatus();
}

}  // namespace

std::string LastGoodFile::Encode(const PerType<TypeStatus>& status,
                                 const envoy::config::core::v3::Node& node) {
  std::string payload;
  {
    google::protobuf::io::StringOutputStream stream(&payload);
    CodedOutputStream out(&stream);
    WriteSized(node.id(), out);
    WriteSized(node.cluster(), out);
    for (const ResourceType type : kResourceTypes) {
      WriteSized(ResourcesOf(status[type], type).SerializeAsString(), out);
    }
  }
  return StrCat(kFormat, HashBytes(payload), payload);
}

absl::StatusOr<LastGoodConfig> LastGoodFile::Decode(std::string_view bytes,
                                                    const envoy::config::core::v3::Node& node) {
  if (bytes.size() < kHeadBytes || bytes.substr(0, kFormat.size()) != kFormat) {
    return InvalidArgument("is no file of a last good configuration");
  }
  const std::string_view payload = bytes.substr(kHeadBytes);
  if (HashBytes(payload) != bytes.substr(kFormat.size(), kHashBytes)) {
    return InvalidArgument("is damaged: its checksum does not fit its ", payload.size(), " bytes");
  }
  CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()),
                      static_cast<int>(payload.size()));
  std::string id, cluster;
  if (!ReadSized(in, id) || !ReadSized(in, cluster)) return InvalidArgument("is malformed");
  if (id != node.id() || cluster != node.cluster()) {
    return InvalidArgument("is the configuration of node '", id, "' of cluster '", cluster,
                           "'; this is node '", node.id(), "' of cluster '", node.cluster(), "'");
  }
  LastGoodConfig config;
  for (const ResourceType type : kResourceTypes) {
    std::string serialized;
    DeltaDiscoveryResponse response;
    if (!ReadSized(in, serialized) || !response.ParseFromString(serialized) ||
        response.type_url() != TypeUrl(type)) {
      return InvalidArgument("is malformed in its ", ShortName(type), " part");
    }
    for (auto& resource : *response.mutable_resources()) {
      std::string& value = *resource.mutable_resource()->mutable_value();
      const ContentHash hash = HashOf(value);
      config.types[type].push_back({std::move(*resource.mutable_name()),
                                    std::move(*resource.mutable_version()), std::move(value),
                                    hash});
    }
  }
  if (in.CurrentPosition() != static_cast<int>(payload.size())) {
    return InvalidArgument("has ", payload.size(), " bytes, which is too many");
  }
  return config;
}

absl::Status LastGoodFile::Write(const std::string& folder, std::string_view bytes) {
  if (bytes.size() > kBytesMax) {
    return absl::ResourceExhaustedError(
        StrCat("has ", bytes.size(), " bytes; at most ", kBytesMax, " are written"));
  }
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Failed("mkdir", folder);
  const std::string path = StrCat(folder, "/", kName);
  const std::string scratch = StrCat(path, ".new");
  {
    // A new file always: one that is there may be anybody's, with other permissions.
    if (unlink(scratch.c_str()) != 0 && errno != ENOENT) return Failed("unlink", scratch);
    const Descriptor file(open(scratch.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return Failed("open", scratch);
    FL_RETURN_IF_ERROR(WriteAll(file.get(), bytes, scratch));
  }
  if (rename(scratch.c_str(), path.c_str()) != 0) return Failed("rename", path);
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // The rename itself is on disk only when its folder is.
  if (directory.get() < 0 || fsync(directory.get()) != 0) return Failed("fsync", folder);
  return absl::OkStatus();
}

absl::StatusOr<std::string> LastGoodFile::Read(const std::string& folder) {
  const std::string path = StrCat(folder, "/", kName);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return absl::NotFoundError(StrCat(path, ": is not there"));
  struct stat facts{};
  if (file.get() < 0 || fstat(file.get(), &facts) != 0) return Failed("open", path);
  if (!S_ISREG(facts.st_mode) || static_cast<size_t>(facts.st_size) > kBytesMax) {
    return InvalidArgument(path, ": is no file of at most ", kBytesMax, " bytes");
  }
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed("read", path);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace fairlead::xds
