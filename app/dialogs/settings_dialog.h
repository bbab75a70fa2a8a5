#pragma once

#include <QDialog>

#include "app/session/document.h"

class QComboBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace qs::app {

class AlgorithmForm;

/// How variants are made and measured: algorithms, metric, backend, threads, runs, batch size.
class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    /// Offers the metrics, backends and algorithms that `engine` lists; without them there is nothing to
    /// choose.
    SettingsDialog(const Settings& settings, const protocol::EngineInfo& engine, QWidget* parent = nullptr);
    Settings settings() const;

  private:
    void addBackend(QFormLayout& form, const std::vector<protocol::EntryInfo>& backends);
    void addAlgorithms(QFormLayout& form, const std::vector<protocol::AlgorithmInfo>& algorithms);
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
    QComboBox* backend_ = nullptr;         ///< null: the engine lists none
    AlgorithmForm* algorithms_ = nullptr;  ///< likewise
};

}  // namespace qs::app
