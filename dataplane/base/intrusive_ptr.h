#ifndef FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_PTR_H_
#define FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_PTR_H_

// Shared ownership within one thread: the count is a plain number inside the object, so that
// holding it costs no atomic operation.
//
//     class Host : public base::RefCounted<Host> { ... };
//     base::IntrusivePtr<Host> host = base::MakeIntrusive<Host>(...);
//
// Thread: one, the object's; the last holder destroys it there.

#include <cstddef>
#include <cstdint>
#include <utility>

namespace fairlead::base {

template <typename T>
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void Ref() { ++references_; }
  void Unref() {
    if (--references_ == 0) delete static_cast<T*>(this);
  }

 protected:
  ~RefCounted() = default;

 private:
  uint32_t references_ = 0;
};

template <typename T>
class IntrusivePtr {
 public:
  IntrusivePtr() = default;
  IntrusivePtr(std::nullptr_t) {}
  explicit IntrusivePtr(T* object) : object_(object) {
    if (object_ != nullptr) object_->Ref();
  }
  IntrusivePtr(const IntrusivePtr& other) : IntrusivePtr(other.object_) {}
  IntrusivePtr(IntrusivePtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  IntrusivePtr& operator=(IntrusivePtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~IntrusivePtr() { reset(); }

  void reset() {
    if (T* object = std::exchange(object_, nullptr); object != nullptr) object->Unref();
  }
  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const IntrusivePtr& a, const IntrusivePtr& b) {
    return a.object_ == b.object_;
  }

 private:
  T* object_ = nullptr;
};

template <typename T, typename... Args>
IntrusivePtr<T> MakeIntrusive(Args&&... args) {
  return IntrusivePtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace fairlead::base

#endif  // FAIRLEAD_DATAPLANE_BASE_INTRUSIVE_PTR_H_
