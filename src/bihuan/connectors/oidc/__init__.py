"""统一身份登录 (OpenID Connect): an outside identity provider proves who somebody is. It never brings a grant."""
