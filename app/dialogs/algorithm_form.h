#pragma once

#include <QWidget>
#include <string>
#include <utility>
#include <vector>

#include "protocol/messages.h"

class QCheckBox;
class QDoubleSpinBox;

namespace qs::app {

/// The engine's algorithms that make a variant better without training, each with its parameters.
class AlgorithmForm : public QWidget {
    Q_OBJECT
  public:
    AlgorithmForm(const std::vector<protocol::AlgorithmInfo>& known,
                  const std::vector<protocol::Algorithm>& chosen, QWidget* parent = nullptr);

    /// In the order in which they were chosen before, new ones in the engine's behind them.
    std::vector<protocol::Algorithm> algorithms() const;

  private:
    struct Row {
        std::string name;
        QCheckBox* box;
        std::vector<std::pair<std::string, QDoubleSpinBox*>> parameters;
    };

    std::vector<protocol::Algorithm> chosen_;  ///< what the engine does not list stays
    std::vector<Row> rows_;
};

}  // namespace qs::app
