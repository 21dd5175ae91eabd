#ifndef FAIRLEAD_DATAPLANE_HTTP_TESTING_RAW_PEER_H_
#define FAIRLEAD_DATAPLANE_HTTP_TESTING_RAW_PEER_H_

// The two ends of a proxy under test, on real sockets, driven by the test in plain sequence: what a
// client sends and gets, what an upstream gets and sends, byte for byte. While one waits for
// something, the proxy's loop runs.
//
//     RawPeer client = RawPeer::Connect(pump, address);
//     client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
//     RawPeer upstream = listener.Accept();
//     upstream.ReadUntil("\r\n\r\n");
//
// A wait that does not end fails the test after 5,000 turns of the loop. Thread: the test's.

#include <functional>
#include <string>
#include <string_view>

#include "dataplane/net/address.h"

namespace fairlead::http::testing {

// Runs the proxy for a turn.
using Pump = std::function<void()>;

class RawPeer {
 public:
  RawPeer() = default;
  RawPeer(const Pump& pump, int fd) : pump_(&pump), fd_(fd) {}
  RawPeer(RawPeer&& other) noexcept { *this = std::move(other); }
  RawPeer& operator=(RawPeer&& other) noexcept;
  ~RawPeer() { Close(); }

  static RawPeer Connect(const Pump& pump, const net::Address& address);

  void Send(std::string_view bytes);
  // Everything received and not yet taken, once it contains `mark`; taken up to its end.
  std::string ReadUntil(std::string_view mark);
  // Just `size` bytes.
  std::string ReadBytes(size_t size);
  // All that comes until the other end closes.
  std::string ReadToEnd();
  // Lets the proxy run, and says whether nothing came and the connection stands.
  bool IsQuiet();
  // Sends the end of the stream.
  void ShutdownWrite();
  void Close();
  // Closes so that the other end sees a reset.
  void Reset();

 private:
  // False at the end of the stream.
  bool Receive();

  const Pump* pump_ = nullptr;
  int fd_ = -1;
  std::string received_;
};

// A listening socket whose connections the test takes by hand.
class RawListener {
 public:
  explicit RawListener(const Pump& pump);
  ~RawListener();

  const net::Address& address() const { return address_; }
  RawPeer Accept();
  // Lets the proxy run, and says whether no connection came.
  bool IsQuiet();
  void Close();

 private:
  const Pump& pump_;
  int fd_ = -1;
  net::Address address_;
};

}  // namespace fairlead::http::testing

#endif  // FAIRLEAD_DATAPLANE_HTTP_TESTING_RAW_PEER_H_
