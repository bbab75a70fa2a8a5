#pragma once

#include <QObject>
#include <functional>

class QWidget;

namespace qs {

/// Puts off what a view does for a new state until the view is to be seen: of many panels few are.
class WhenSeen : public QObject {
    Q_OBJECT
  public:
    /// The view owns the object.
    WhenSeen(QWidget& view, std::function<void()> work);

    /// Does the work, now or as soon as the view is to be seen; once for all requests until then.
    void request();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void flush();

    QWidget& view_;
    std::function<void()> work_;
    bool wanted_ = false;
    bool followsDock_ = false;
};

}  // namespace qs
