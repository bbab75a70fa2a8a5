#pragma once

#include <QDialog>

#include "protocol/messages.h"

class QDoubleSpinBox;
class QSpinBox;

namespace qs::app {

/// Settings of a QAT run.
class QatDialog : public QDialog {
    Q_OBJECT
  public:
    /// `trainingData` is shown, so that one sees on what the training will run.
    QatDialog(const protocol::QatSettings& settings, const QString& trainingData, QWidget* parent = nullptr);
    protocol::QatSettings settings() const;

  signals:
    void dataRequested();

  private:
    protocol::QatSettings initial_;  ///< what has no field stays
    QSpinBox* epochs_;
    QDoubleSpinBox* learningRate_;
    QDoubleSpinBox* momentum_;
    QDoubleSpinBox* weightDecay_;
    QSpinBox* batch_;
    QSpinBox* trainSamples_;
    QSpinBox* validationSamples_;
    QSpinBox* seed_;
};

}  // namespace qs::app
