#include "importers/tracer.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/guard.h"
#include "importers/call_limits.h"
#include "importers/calls.h"
#include "importers/markers.h"
#include "importers/meta_kernels.h"
#include "importers/moved_grid.h"
#include "importers/operators.h"
#include "importers/torchscript/allowed_operators.h"
#include "ops/grid_rule.h"
#include "ops/op.h"
#include "ops/opaque.h"

namespace qs {

namespace {

/// Characters of a module's path that a layer's name keeps.
constexpr size_t kMostScope = 1000;

/// A constant and the grid of its integers; holds the constant, so that its address stays its own.
struct OnGrid {
    at::Tensor constant;
    QParams grid;
};

/// How a view came from its base, so that a change of the view can be written back.
struct ViewOf {
    at::Tensor base;
    std::string op;
    Values arguments;  ///< behind the base
};

}  // namespace

struct Tracer::State {
    Graph graph;
    std::unordered_map<const at::TensorImpl*, ValueId> values;
    std::unordered_map<const at::TensorImpl*, std::string> names;
    std::unordered_map<const at::TensorImpl*, OnGrid> grids;        ///< of constants
    std::unordered_map<const at::TensorImpl*, at::Tensor> singles;  ///< of constants of fp64
    std::unordered_map<const at::TensorImpl*, ViewOf> views;
    /// How often activations that share a storage were changed in place, and what each had seen of it when it
    /// was last bound: one that is behind holds an old value.
    std::unordered_map<const at::StorageImpl*, int64_t> changes;
    std::unordered_map<const at::TensorImpl*, int64_t> seen;
    std::unordered_map<int32_t, at::Tensor> tensors;  ///< of each value
    std::vector<at::Tensor> kept;                     ///< so that the addresses above stay unique
    Tracer& tracer;
    Job job;
    ConstantBudget budget;

    State(Tracer& owner, Job polled, int64_t constantBytes)
        : tracer(owner), job(std::move(polled)), budget(constantBytes) {}

    void bind(const at::Tensor& tensor, ValueId id) {
        values[tensor.unsafeGetTensorImpl()] = id;
        tensors[id.index] = tensor;
        kept.push_back(tensor);
        graph.value(id).shape = tensor.sizes().vec();
        graph.value(id).dtype = tensor.scalar_type();
        refresh(tensor);
    }

    void refresh(const at::Tensor& tensor) {
        if (tensor.is_meta()) {
            seen[tensor.unsafeGetTensorImpl()] = changes[tensor.storage().unsafeGetStorageImpl()];
        }
    }

    bool isStale(const at::Tensor& tensor) const {
        const auto known = seen.find(tensor.unsafeGetTensorImpl());
        return known != seen.end() && known->second < changes.at(tensor.storage().unsafeGetStorageImpl());
    }

    ValueId idOf(const at::Tensor& tensor, const std::string& scope) {
        const auto* impl = tensor.unsafeGetTensorImpl();
        if (isStale(tensor)) {
            throw ImportError("layer " + scope +
                              ": a tensor that was changed in place through another view of it is not "
                              "supported: change a copy (clone) in the model");
        }
        if (const auto it = values.find(impl); it != values.end()) {
            return it->second;
        }
        if (tensor.is_meta()) {
            throw ImportError("layer " + scope + ": it reads a tensor that the network does not compute");
        }
        const auto name = names.find(impl);
        const at::Tensor plain = tensor.detach();
        const ValueId id = graph.addConstant(name == names.end() ? "" : name->second, plain);
        graph.value(id).dtype = plain.scalar_type();
        if (const auto grid = grids.find(impl); grid != grids.end()) {
            graph.value(id).qparams = grid->second.grid;
        }
        values[impl] = id;
        tensors[id.index] = tensor;
        return id;
    }

    AtenArg argument(const c10::IValue& value, const std::string& scope) {
        AtenArg arg;
        if (value.isTensor() && value.toTensor().defined()) {
            arg.value = idOf(value.toTensor(), scope);
        } else if (value.isTensor()) {
            arg.constant = c10::IValue();
        } else if (value.isTensorList() && value.toTensorVector().empty()) {
            arg.constant = value;
        } else if (value.isTensorList()) {
            for (const at::Tensor& item : value.toTensorVector()) {
                arg.list.push_back(idOf(item, scope));
            }
        } else {
            const auto inside = tensorsIn({value});
            if (std::any_of(inside.begin(), inside.end(), isActivation)) {
                throw ImportError(
                    "it is indexed by values that depend on the data: use torch.gather or "
                    "torch.index_select in the model");
            }
            arg.constant = value;
        }
        return arg;
    }

    /// Appends the node; its name is made later from the scope.
    NodeId append(std::string op, OpenedOp opened, size_t outputs, const std::string& scope) {
        const NodeId id = graph.addNode(std::move(op), "", std::move(opened.attrs), std::move(opened.inputs),
                                        std::vector<std::string>(outputs));
        graph.node(id).scope = scope.substr(0, kMostScope);
        return id;
    }

    /// `written` was changed in place: so were the tensors that it is a view of, one inside another.
    void writeBack(at::Tensor written, const std::string& scope) {
        ++changes[written.storage().unsafeGetStorageImpl()];
        refresh(written);
        for (auto view = views.find(written.unsafeGetTensorImpl()); view != views.end();
             view = views.find(written.unsafeGetTensorImpl())) {
            const ViewOf from = view->second;
            refresh(from.base);
            const at::Tensor updated = updatedBase(from, written, scope);
            bind(from.base, values.at(updated.unsafeGetTensorImpl()));
            written = from.base;
        }
    }

    /// `view.base` with `written` in the place that the view shows.
    at::Tensor updatedBase(const ViewOf& view, const at::Tensor& written, const std::string& scope) {
        if (view.op != "aten::slice" && view.op != "aten::select") {
            return tracer.call("aten::reshape", {written, view.base.sizes()}, scope);
        }
        Values arguments{view.base, written};
        arguments.insert(arguments.end(), view.arguments.begin(), view.arguments.end());
        return tracer.call(view.op == "aten::slice" ? "aten::slice_scatter" : "aten::select_scatter",
                           arguments, scope);
    }

    void noteView(const std::string& name, const at::Tensor& result, const Values& arguments) {
        if (!arguments[0].isTensor() || !result.is_meta() || result.is_same(arguments[0].toTensor()) ||
            !result.is_alias_of(arguments[0].toTensor())) {
            return;
        }
        static const std::unordered_set<std::string> invertible{
            "aten::slice", "aten::select", "aten::view", "aten::reshape", "aten::unsqueeze", "aten::squeeze"};
        if (invertible.contains(name)) {
            views[result.unsafeGetTensorImpl()] = {arguments[0].toTensor(), name,
                                                   Values(arguments.begin() + 1, arguments.end())};
        }
    }

    /// The result of a marker, a tensor like `x`.
    at::Tensor mark(const at::Tensor& x, const char* op, Attributes attrs, const std::string& scope) {
        OpenedOp opened{std::move(attrs), {idOf(x, scope)}};
        const NodeId node = append(op, std::move(opened), 1, scope);
        at::Tensor result = at::empty(x.sizes(), x.options());
        bind(result, graph.node(node).outputs[0]);
        return result;
    }

    /// Another tensor with the same value, which may be changed without changing the first.
    at::Tensor copyOf(const at::Tensor& tensor) {
        const ValueId id = values.at(tensor.unsafeGetTensorImpl());
        at::Tensor copy = at::empty_like(tensor);
        bind(copy, id);
        return copy;
    }

    Values record(const c10::OperatorHandle& handle, const Values& arguments, const std::string& scope) {
        const c10::OperatorName& name = handle.operator_name();
        std::vector<AtenArg> args;
        for (const auto& value : arguments) {
            args.push_back(argument(value, scope));
        }
        std::string op = name.name;
        OpenedOp opened;
        const auto [def, binding] = findAten(name.name);
        auto known = binding ? binding->open(graph, args) : std::nullopt;
        if (known && !known->alias && !takesTypes(graph, *def, known->inputs)) {
            known.reset();
        }
        if (known && known->alias) {
            const at::Tensor same = tensors.at(known->inputs.at(0).index);
            return {name.name == "aten::clone" ? copyOf(same) : same};
        }
        if (known) {
            op = known->op.empty() ? def->name : known->op;
            opened = std::move(*known);
        } else {
            opened = openOpaque(name.overload_name, args);
        }
        Values results = shapesOf(handle, arguments);
        std::vector<at::Tensor> outputs = tensorsIn(results);
        for (const auto& result : results) {
            if (!result.isTensor() && !result.isTensorList()) {
                throw ImportError("it returns " + result.tagKind() + ", not a tensor");
            }
        }
        if (outputs.empty()) {
            throw ImportError("it returns no tensor");
        }
        const NodeId node = append(op, std::move(opened), outputs.size(), scope);
        results = distinct(results, arguments);
        outputs = tensorsIn(results);
        for (size_t i = 0; i < outputs.size(); ++i) {
            bind(outputs[i], graph.node(node).outputs[i]);
            noteView(name.name, outputs[i], arguments);
        }
        return results;
    }

    /// x.op_(..) as x = x.op(..), for whoever holds x.
    Values recordInPlace(const c10::OperatorName& name, const Values& arguments, const std::string& scope) {
        const at::Tensor self = arguments.at(0).toTensor();
        if (!self.is_meta()) {
            throw ImportError(
                "it writes a result into a constant tensor: build the result with torch.cat or "
                "torch.where in the model");
        }
        const std::string functional = name.name.substr(0, name.name.size() - 1);
        at::Tensor result;
        if (functional == "aten::copy" || (functional == "aten::fill" && arguments.at(1).isTensor())) {
            result = tracer.call("aten::expand", {arguments.at(1), self.sizes(), false}, scope);
        } else if (functional == "aten::zero" || functional == "aten::fill") {
            const c10::IValue filling = functional == "aten::zero" ? c10::IValue(0) : arguments.at(1);
            result = tracer.call("aten::full", {self.sizes(), filling, self.scalar_type()}, scope);
        } else {
            const std::string overload = name.overload_name.empty() ? "" : "." + name.overload_name;
            result = tracer.call(functional + overload, arguments, scope);
        }
        return {tracer.assign(self, result, scope)};
    }

    /// Casts: to another float type they are none (everything is float32), and the device is always the CPU.
    std::optional<Values> recordCast(const c10::OperatorHandle& handle, const Values& arguments,
                                     const std::string& scope) {
        const std::string& name = handle.operator_name().name;
        if (name != "aten::to" && name != "aten::_to_copy" && name != "aten::type_as") {
            return std::nullopt;
        }
        const at::Tensor self = arguments.at(0).toTensor();
        std::optional<at::ScalarType> type;
        const auto& declared = handle.schema().arguments();
        for (size_t i = 1; i < arguments.size(); ++i) {
            if (declared[i].name() == "dtype" && arguments[i].isInt()) {
                type = arguments[i].toScalarType();
            } else if (declared[i].name() == "other") {
                type = arguments[i].toTensor().scalar_type();
            }
        }
        const bool isReal = type && at::isFloatingType(*type) && self.scalar_type() == at::kFloat;
        if (!type || *type == self.scalar_type() || isReal) {
            return Values{self};
        }
        const auto cast = c10::Dispatcher::singleton().findSchemaOrThrow("aten::to", "dtype");
        return record(cast, {self, *type, false, false, c10::IValue()}, scope);
    }

    /// Every float type beside activations is float32: constants of fp64, and results that are asked for so.
    Values inSingle(const c10::OperatorHandle& handle, const Values& given) {
        Values arguments;
        const auto& declared = handle.schema().arguments();
        for (size_t i = 0; i < given.size(); ++i) {
            arguments.push_back(
                mapTensors(given[i], [&](const at::Tensor& tensor) { return single(tensor); }));
            if (declared[i].name() == "dtype" && given[i].isInt() && given[i].toScalarType() == at::kDouble) {
                arguments[i] = at::kFloat;
            }
        }
        return arguments;
    }

    at::Tensor single(const at::Tensor& tensor) {
        const bool isWide = !tensor.is_meta() && tensor.scalar_type() == at::kDouble && tensor.dim() > 0;
        if (!isWide) {
            return tensor;
        }
        at::Tensor& rounded = singles[tensor.unsafeGetTensorImpl()];
        if (!rounded.defined()) {
            rounded = tensor.to(at::kFloat);
            budget.charge(rounded);
            kept.push_back(tensor);
            if (const auto name = names.find(tensor.unsafeGetTensorImpl()); name != names.end()) {
                names.emplace(rounded.unsafeGetTensorImpl(), std::string(name->second));
            }
        }
        return rounded;
    }

    /// A constant on a grid whose values were only moved is on that grid, too.
    void keepGrid(const c10::OperatorHandle& handle, const Values& given, const Values& results) {
        const bool moves = movesValues(handle.operator_name().name) && results.size() == 1 &&
                           results[0].isTensor() && !given.empty() && given[0].isTensor();
        const auto known = moves ? grids.find(given[0].toTensor().unsafeGetTensorImpl()) : grids.end();
        if (known == grids.end()) {
            return;
        }
        const auto grid =
            movedGrid(known->second.grid, given[0].toTensor().sizes(), [&](const at::Tensor& x) {
                Values moved = given;
                moved[0] = x;
                return computed(handle, moved, budget).at(0).toTensor();
            });
        if (grid) {
            const at::Tensor result = results[0].toTensor();
            grids[result.unsafeGetTensorImpl()] = {result, *grid};
        }
    }

    Values apply(const c10::OperatorHandle& handle, const Values& given, const std::string& scope) {
        const c10::OperatorName& name = handle.operator_name();
        checkRanges(handle.schema(), given);
        const auto tensors = tensorsIn(given);
        if (std::none_of(tensors.begin(), tensors.end(), isActivation)) {
            Values results = computed(handle, given, budget);
            keepGrid(handle, given, results);
            return results;
        }
        const Values arguments = inSingle(handle, given);
        if (isCreation(name.name)) {
            return created(handle, arguments, budget);
        }
        if (auto cast = recordCast(handle, arguments, scope)) {
            return *cast;
        }
        return isInPlace(name.name) ? recordInPlace(name, arguments, scope)
                                    : record(handle, arguments, scope);
    }
};

void pollTrace(const Job& job) {
    if (!job.checkCancelled()) {
        throw TraceCancelled();
    }
}

Tracer::Tracer(Job job, int64_t constantBytes)
    : state_(std::make_unique<State>(*this, std::move(job), constantBytes)) {
    addMissingMetaKernels();
}
Tracer::~Tracer() = default;

void Tracer::poll() const {
    pollTrace(state_->job);
}

void Tracer::charge(const at::Tensor& constant) {
    state_->budget.charge(constant);
}

int64_t Tracer::constantBytesLeft() const {
    return state_->budget.left();
}

at::Tensor Tracer::input(const std::string& name, const Shape& shape, at::ScalarType dtype) {
    double elements = 1;
    for (const int64_t extent : shape) {
        elements *= static_cast<double>(extent);
    }
    if (!(elements >= 0 && elements <= static_cast<double>(kMostActivationElements))) {
        throw ImportError("input " + name + " has a shape of more than " +
                          std::to_string(kMostActivationElements) +
                          " elements: the file is damaged, or another shape has to be given (--input)");
    }
    const at::ScalarType single = dtype == at::kDouble ? at::kFloat : dtype;
    at::Tensor tensor = at::empty(shape, at::TensorOptions().device(at::kMeta).dtype(single));
    state_->bind(tensor, state_->graph.addInput(name));
    return tensor;
}

void Tracer::nameParameter(const at::Tensor& tensor, const std::string& name) {
    state_->names.emplace(tensor.unsafeGetTensorImpl(), name);
    state_->budget.widen(tensor);
}

void Tracer::setGrid(const at::Tensor& constant, const QParams& grid) {
    state_->grids[constant.unsafeGetTensorImpl()] = {constant, grid};
}

at::Tensor Tracer::quantize(const at::Tensor& x, const QParams& grid, const std::string& scope) {
    return state_->mark(x, kQuantizeMarker, markerAttributes(grid), scope);
}

at::Tensor Tracer::dequantize(const at::Tensor& x, const std::string& scope) {
    return state_->mark(x, kDequantizeMarker, {}, scope);
}

std::optional<QParams> Tracer::gridOf(const at::Tensor& x) const {
    const auto value = state_->values.find(x.unsafeGetTensorImpl());
    return value == state_->values.end() ? std::nullopt : integerGrid(state_->graph, value->second);
}

at::Tensor Tracer::assign(const at::Tensor& x, const at::Tensor& result, const std::string& scope) {
    state_->bind(x, state_->idOf(result, scope));
    state_->writeBack(x, scope);
    return x;
}

std::vector<c10::IValue> Tracer::apply(const std::string& op, std::vector<c10::IValue> arguments,
                                       const std::string& scope) {
    poll();
    const at::NoGradGuard noGrad;
    const auto where = [&] { return "layer " + (scope.empty() ? op : scope) + ": "; };
    const auto handle = c10::Dispatcher::singleton().findSchema(splitName(op));
    if (!handle) {
        throw ImportError(where() + "operator " + op + " is not supported");
    }
    if (!isAllowedOperator(splitName(op).name)) {
        throw ImportError(where() + "operator " + op + " reaches beyond the network");
    }
    const auto& declared = handle->schema().arguments();
    for (size_t i = arguments.size(); i < declared.size(); ++i) {
        arguments.push_back(declared[i].default_value().value_or(c10::IValue()));
    }
    try {
        return state_->apply(*handle, arguments, scope);
    } catch (const ImportError& error) {
        const std::string text = error.what();
        throw ImportError(text.starts_with("layer ") ? text : where() + op + ": " + text);
    } catch (const TraceCancelled&) {
        throw;
    } catch (const std::exception& error) {
        throw ImportError(where() + op + ": " + firstSentence(error));
    }
}

at::Tensor Tracer::call(const std::string& op, std::vector<c10::IValue> arguments, const std::string& scope) {
    return apply(op, std::move(arguments), scope).at(0).toTensor();
}

bool Tracer::isActivation(const at::Tensor& tensor) {
    return tensor.defined() && tensor.is_meta();
}

void Tracer::output(const at::Tensor& tensor, const std::string& name) {
    const ValueId id = state_->idOf(tensor, name);
    Graph& graph = state_->graph;
    if (graph.value(id).producer.valid() && !graph.isOutput(id)) {
        graph.addOutput(id, name);
        return;
    }
    OpenedOp opened;
    opened.inputs = {id};
    const NodeId copy = state_->append("identity", std::move(opened), 1, name);
    const ValueId copied = graph.node(copy).outputs[0];
    graph.value(copied).shape = tensor.sizes().vec();
    graph.value(copied).dtype = tensor.scalar_type();
    graph.addOutput(copied, name);
}

Graph Tracer::take() {
    return std::move(state_->graph);
}

}  // namespace qs
