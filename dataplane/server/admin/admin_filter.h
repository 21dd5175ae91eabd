#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_FILTER_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_FILTER_H_

// The one filter of the admin listener: answers every request from its table of pages.
//
//     AdminFilter filter(MakePages(source), /*is_loopback=*/true);
//
// Adds two pages of its own: "/" (a menu in HTML) and "/help". What is refused before a page sees
// it, in this order: a name that is not this machine's (403), an unknown path (404, with the menu),
// a method that the page does not take (405), a POST that a web page of another origin sent (403),
// an unknown query parameter (400).
//
// The admin interface has no login, so a browser must not become a way in: a POST with an Origin
// field is taken only if that origin is the Host of the request and is an IP address or
// "localhost". (Any name could be made to resolve to this machine by who owns it.) For the same
// reason a listener on a loopback address answers no request for another Host at all: nobody calls
// it by a name, but a page whose name resolves to it could read from it. Replies may not be framed,
// sniffed or cached.
//
// Thread: main. Owned by the admin listener's configuration.

#include <string>
#include <vector>

#include "dataplane/filters/filter.h"
#include "dataplane/server/admin/admin_page.h"

namespace fairlead::server::admin {

class AdminFilter final : public filters::Filter {
 public:
  // `is_loopback`: only those on this machine can reach it.
  AdminFilter(std::vector<AdminPage> pages, bool is_loopback);
  // Its own pages refer to it.
  AdminFilter(const AdminFilter&) = delete;
  AdminFilter& operator=(const AdminFilter&) = delete;

  filters::Decision OnRequest(filters::Stream& stream,
                              const route::FilterOverride* settings) const override;

 private:
  struct Answer {
    AdminReply reply;
    // Of the page's; for Allow in a 405.
    std::string_view allowed_methods;
  };

  Answer MakeAnswer(const codec::RequestHead& request) const;
  const AdminPage* Find(std::string_view path) const;
  // The table as text, one line for a page.
  std::string HelpText() const;
  std::string IndexHtml() const;

  std::vector<AdminPage> pages_;
  const bool is_loopback_;
};

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_FILTER_H_
