#ifndef FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_LIST_H_
#define FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_LIST_H_

// A doubly linked list through its members: O(1) insertion and removal without allocation, and a
// member that is destroyed leaves its list by itself.
//
//     struct Timer : base::ListHook { ... };
//     base::IntrusiveList<Timer> list;  list.push_back(timer);  timer.unlink();
//
// The list never owns its members; a list that is destroyed lets them go. Thread: one.

#include "dataplane/base/check.h"

namespace fairlead::base {

class ListHook {
 public:
  ListHook() = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;
  ~ListHook() { unlink(); }

  bool is_linked() const { return next_ != nullptr; }
  void unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <typename T>
  friend class IntrusiveList;

  ListHook* next_ = nullptr;
  ListHook* previous_ = nullptr;
};

template <typename T>
class IntrusiveList {
 public:
  IntrusiveList() { head_.next_ = head_.previous_ = &head_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) pop_front();
    head_.next_ = head_.previous_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }
  T& front() { return static_cast<T&>(*head_.next_); }
  T& back() { return static_cast<T&>(*head_.previous_); }
  void push_back(T& member) { InsertBefore(head_, member); }
  void push_front(T& member) { InsertBefore(*head_.next_, member); }
  T& pop_front() {
    T& first = front();
    first.unlink();
    return first;
  }
  T& pop_back() {
    T& last = back();
    last.unlink();
    return last;
  }
  // Moves all members of `other` to the end of this list.
  void splice_back(IntrusiveList& other) {
    if (other.empty()) return;
    ListHook* first = other.head_.next_;
    ListHook* last = other.head_.previous_;
    other.head_.next_ = other.head_.previous_ = &other.head_;
    first->previous_ = head_.previous_;
    head_.previous_->next_ = first;
    last->next_ = &head_;
    head_.previous_ = last;
  }
  // Calls `visit(T&)` for each; `visit` may unlink or destroy the member it is given, and no other.
  template <typename Visit>
  void for_each(Visit visit) {
    for (ListHook* at = head_.next_; at != &head_;) {
      ListHook* next = at->next_;
      visit(static_cast<T&>(*at));
      at = next;
    }
  }

 private:
  static void InsertBefore(ListHook& place, ListHook& member) {
    FL_DCHECK(!member.is_linked());
    member.next_ = &place;
    member.previous_ = place.previous_;
    place.previous_->next_ = &member;
    place.previous_ = &member;
  }

  ListHook head_;
};

}  // namespace fairlead::base

#endif  // FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_LIST_H_
