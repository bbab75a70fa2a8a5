#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "app/session/session.h"

namespace qs::app {

/// Runs a session's actions one after another, each when the job of the one before has finished. An action
/// that cannot begin, fails or is cancelled drops those behind it.
class ActionQueue : public QObject {
    Q_OBJECT
  public:
    explicit ActionQueue(Session& session, QObject* parent = nullptr);

    /// Each step returns whether its job was asked for, as the session's actions do.
    void run(std::vector<std::function<bool()>> steps);

  private:
    using Steps = std::deque<std::function<bool()>>;
    void next(Steps steps);

    Session& session_;
    std::map<int64_t, Steps> waiting_;  ///< what follows, by the job that it waits for
};

}  // namespace qs::app
