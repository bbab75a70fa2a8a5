#pragma once

#include <QGroupBox>
#include <map>
#include <string>
#include <vector>

#include "protocol/messages.h"

class QFormLayout;
class QLabel;

namespace qs {

class ChoiceBox;
class NumberEdit;

/// What of a preset's activation or weight is to be different. Made from the engine's registries; what a
/// dtype cannot have is greyed out with the engine's reason.
class TensorForm : public QGroupBox {
    Q_OBJECT
  public:
    enum class Tensor { Activation, Weight };
    TensorForm(Tensor tensor, const protocol::EngineInfo& engine, QWidget* parent = nullptr);

    /// All members that the preset has; none where it quantizes nothing.
    void setPreset(const protocol::TensorQConfig& preset);
    /// Why the tensor is not quantized at all; empty: it is.
    void setObstacle(const QString& obstacle);
    protocol::TensorQConfig value() const;
    void setValue(const protocol::TensorQConfig& value);

  signals:
    void edited();

  private:
    struct Parameter {
        std::string name;
        NumberEdit* edit;
    };

    QString refusalOf(const protocol::ChoiceInfo& choice) const;
    QString refusalOfDType(const char* member, const std::string& value) const;
    void build();
    void onEdited();
    /// Brings choices and greyed values into line with what is chosen.
    void refresh();
    void refreshParameters();
    const protocol::DTypeChoice* dtype() const;
    const protocol::ObserverInfo* observer() const;

    Tensor tensor_;
    std::vector<protocol::ChoiceInfo> schemes_;
    std::vector<protocol::ChoiceInfo> granularities_;
    std::vector<protocol::DTypeChoice> dtypes_;
    std::vector<protocol::ObserverInfo> observers_;
    protocol::TensorQConfig preset_;
    QFormLayout* form_;
    QLabel* obstacle_;
    ChoiceBox* type_;
    ChoiceBox* scheme_;
    ChoiceBox* granularity_;
    NumberEdit* group_;
    ChoiceBox* observer_;
    NumberEdit* zeroPoint_;
    NumberEdit* least_;
    NumberEdit* greatest_;
    std::string parametersOf_;  ///< the observer whose parameters have fields
    std::vector<Parameter> parameters_;
    /// As in the value that was set: of observers that are not chosen by name.
    std::map<std::string, double> given_;
    bool setting_ = false;
};

}  // namespace qs
