#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <vector>

#include "app/session/session.h"

namespace qs::app {

/// Runs a session's actions one after another, each when the job of the one before has finished. An action
/// that cannot begin, fails or is cancelled drops those behind it.
class ActionQueue : public QObject {
    Q_OBJECT
  public:
    explicit ActionQueue(Session& session, QObject* parent = nullptr);

    /// Each step returns whether its job has begun. What was queued before is dropped.
    void run(std::vector<std::function<bool()>> steps);

  private:
    void next();

    std::deque<std::function<bool()>> steps_;
    int run_ = 0;  ///< counts the calls of run()
};

}  // namespace qs::app
