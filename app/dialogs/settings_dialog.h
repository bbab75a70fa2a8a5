#pragma once

#include <QDialog>

#include "app/session/document.h"

class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace qs::app {

/// How measurements are made: metric, threads, runs, batch size.
class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    /// `metrics` as the engine lists them.
    SettingsDialog(const Settings& settings, const std::vector<protocol::MetricInfo>& metrics,
                   QWidget* parent = nullptr);
    Settings settings() const;

  private:
    void addMetric(QFormLayout& form, const std::vector<protocol::MetricInfo>& metrics);

    Settings initial_;  ///< what has no field stays
    QSpinBox* threads_;
    QSpinBox* runs_;
    QSpinBox* warmup_;
    QSpinBox* batch_;
    QSpinBox* calibSamples_;
    QSpinBox* evalSamples_;
    QComboBox* metric_ = nullptr;
    QLineEdit* metricArgument_ = nullptr;
};

}  // namespace qs::app
