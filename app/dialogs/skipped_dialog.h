#pragma once

#include <QDialog>
#include <string>
#include <vector>

namespace qs::app {

/// The files that were left out, with the reasons.
class SkippedDialog : public QDialog {
    Q_OBJECT
  public:
    /// "FILE: reason" each, as the engine reports them.
    explicit SkippedDialog(const std::vector<std::string>& skipped, QWidget* parent = nullptr);
};

}  // namespace qs::app
