#pragma once

#include <QWidget>
#include <vector>

class QAction;

namespace qs::app {

/// What the window shows before there is a model: what to do first.
class WelcomePage : public QWidget {
    Q_OBJECT
  public:
    /// A large button for each action.
    explicit WelcomePage(const std::vector<QAction*>& actions, QWidget* parent = nullptr);
};

}  // namespace qs::app
