"""A station's OCPP configuration (manual page 26: keys are opaque, some hold slashes or lower case)."""

from typing import NamedTuple


class Parameter(NamedTuple):
    value: str
    readonly: bool = False
    after_reboot: bool = False
    is_secret: bool = False  # never read out


def parameters(charge_box_id: str, endpoint: str, connectors: int) -> dict[str, Parameter]:
    """Return the parameters of a station as it leaves the factory."""
    return {
        "AllowOfflineTxForUnknownId": Parameter("0"),
        "AuthCacheLifeTime": Parameter("2592000"),
        "AuthorizationCacheEnabled": Parameter("1"),
        "AuthorizationKey": Parameter("", is_secret=True),
        "AuthorizeRemoteTxRequests": Parameter("0"),
        "BlinkRepeat": Parameter("3"),
        "chargeboxidentity": Parameter(charge_box_id, after_reboot=True),
        "ChargeProfileMaxStackLevel": Parameter("8", readonly=True),
        "ChargingScheduleAllowedChargingRateUnit": Parameter("Current", readonly=True),
        "ChargingScheduleMaxPeriods": Parameter("24", readonly=True),
        "ChargingStationModel": Parameter("EVA", readonly=True),
        "ChargingStationVendor": Parameter("Nordladd AB", readonly=True),
        "ClockAlignedDataInterval": Parameter("0", after_reboot=True),
        "ConnectionTimeOut": Parameter("180"),
        "ConnectorPhaseRotation": Parameter(",".join(f"{n}.RST" for n in range(connectors + 1))),
        "CpoName": Parameter(""),
        "debug/ocpp": Parameter("0"),
        "debug/soap": Parameter("0"),
        "development/mobilenetworkinfo": Parameter("0"),
        "endpoint": Parameter(endpoint, after_reboot=True),
        "FirmwareVersion": Parameter("ccu_R3.6.13-0-g6cb0", readonly=True),
        "GetConfigurationMaxKeys": Parameter("64", readonly=True),
        "grid/maxcurrent": Parameter("32"),
        "HeartbeatInterval": Parameter("300"),
        "LightIntensity": Parameter("80"),
        "LocalAuthListEnabled": Parameter("1"),
        "LocalAuthListMaxLength": Parameter("1000", readonly=True),
        "LocalAuthorizeOffline": Parameter("1"),
        "LocalPreAuthorize": Parameter("0"),
        "MaxEnergyOnInvalidId": Parameter("0"),
        "MeterValuesAlignedData": Parameter("Energy.Active.Import.Register"),
        "MeterValueSampleInterval": Parameter("60"),
        "MeterValuesSampledData": Parameter("Energy.Active.Import.Register,Power.Active.Import,Current.Import"),
        "MinimumStatusDuration": Parameter("0"),
        "network/apn": Parameter("online.telia.se"),
        "network/interface": Parameter("eth0"),
        "NumberOfConnectors": Parameter(str(connectors), readonly=True),
        "ResetRetries": Parameter("3"),
        "SecurityProfile": Parameter("0"),
        "SendLocalListMaxLength": Parameter("100", readonly=True),
        "StopTransactionOnEVSideDisconnect": Parameter("1"),
        "StopTransactionOnInvalidId": Parameter("1"),
        "StopTxnAlignedData": Parameter(""),
        "StopTxnSampledData": Parameter(""),
        "SupportedFeatureProfiles": Parameter(
            "Core,LocalAuthListManagement,Reservation,RemoteTrigger,FirmwareManagement,SmartCharging", readonly=True
        ),
        "TransactionMessageAttempts": Parameter("5"),
        "TransactionMessageRetryInterval": Parameter("60"),
        "UnlockConnectorOnEVSideDisconnect": Parameter("1"),
        "WebSocketPingInterval": Parameter("0"),
    }
