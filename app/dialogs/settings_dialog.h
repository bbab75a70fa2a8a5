#pragma once

#include <QDialog>

#include "app/session/document.h"

class QSpinBox;

namespace qs::app {

/// How measurements are made: threads, runs, batch size.
class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    explicit SettingsDialog(const Settings& settings, QWidget* parent = nullptr);
    Settings settings() const;

  private:
    Settings initial_;  ///< what has no field stays
    QSpinBox* threads_;
    QSpinBox* runs_;
    QSpinBox* warmup_;
    QSpinBox* batch_;
    QSpinBox* calibSamples_;
    QSpinBox* evalSamples_;
};

}  // namespace qs::app
